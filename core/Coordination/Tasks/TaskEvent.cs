using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Memento.Tasks;
using Orleans;

namespace Memento.Core.Coordination.Tasks;

/// <summary>An event in a task's stream.</summary>
public abstract record TaskEvent : IFact
{
    private TaskEvent() { }

    /// <summary>The stored form of tasks.</summary>
    public static FactCodec<TaskState, TaskEvent> Codec { get; } = new FactCodec<TaskState, TaskEvent>("task", CoordinationJson.Default.TaskState)
        .With("task.submitted", CoordinationJson.Default.TaskSubmitted)
        .With("task.body", CoordinationJson.Default.TaskBodyStored)
        .With("task.imported", CoordinationJson.Default.TaskImported)
        .With("task.assigned", CoordinationJson.Default.TaskAssigned)
        .With("task.started", CoordinationJson.Default.TaskStarted)
        .With("task.progressed", CoordinationJson.Default.TaskProgressed)
        .With("task.completed", CoordinationJson.Default.TaskCompleted)
        .With("task.attempt_failed", CoordinationJson.Default.TaskAttemptFailed)
        .With("task.failed", CoordinationJson.Default.TaskFailed)
        .With("task.released", CoordinationJson.Default.TaskReleased)
        .With("task.cancelled", CoordinationJson.Default.TaskCancelled)
        .With("task.redriven", CoordinationJson.Default.TaskRedriven)
        .With("task.dependency_satisfied", CoordinationJson.Default.TaskDependencySatisfied)
        .With("task.stale_report_rejected", CoordinationJson.Default.TaskStaleReportRejected);

    /// <summary>Time of the event. Times never go down within a stream.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>First event of a task.</summary>
    /// <param name="Spec">What was asked for.</param>
    /// <param name="WaitsFor">Dependencies that are not over.</param>
    /// <param name="LastToken">Last token of an earlier task with the same id; 0 if there was none.</param>
    public sealed record Submitted(TaskSpec Spec, ImmutableArray<string> WaitsFor, long LastToken = 0) : TaskEvent
    {
        /// <summary>Payload and metadata; null if there are none, or if <see cref="BodyStored"/> follows.</summary>
        public TaskBody? Body { get; init; }
    }

    /// <summary>Payload and metadata, when they are too long for the first event: lists read first events without them.</summary>
    public sealed record BodyStored(TaskBody Body) : TaskEvent;

    /// <summary>First event of a task that comes from an older store: its whole state, tokens included.</summary>
    public sealed record Imported(TaskState State) : TaskEvent
    {
        /// <inheritdoc cref="Submitted.Body"/>
        public TaskBody? Body { get; init; }
    }

    /// <summary>The only event that gives a task to an agent.</summary>
    public sealed record Assigned(string AgentId, long Epoch, string ReservationId, long Token) : TaskEvent;

    public sealed record Started(long Token) : TaskEvent;

    public sealed record Progressed(long Token, [property: JsonConverter(typeof(NullIsValueConverter))] JsonText Progress) : TaskEvent;

    public sealed record Completed(
        long Token, [property: JsonConverter(typeof(NullIsValueConverter))] JsonText? Result = null) : TaskEvent;

    /// <summary>An attempt failed or was lost, and another follows.</summary>
    /// <param name="NotBefore">End of the back-off; null = at once.</param>
    public sealed record AttemptFailed(long Token, AttemptOutcome Outcome, string Error, DateTimeOffset? NotBefore = null) : TaskEvent;

    /// <summary>The task failed for good. A task can fail without an attempt under way, by its deadline for example.</summary>
    /// <param name="Token">Token of the attempt that ended with it; null if none was under way.</param>
    public sealed record Failed(FailureReason Reason, AttemptOutcome Outcome, string Error, long? Token = null) : TaskEvent;

    /// <summary>A lease ended before the task did, without cost of an attempt.</summary>
    public sealed record Released(long Token, ReleaseReason Reason) : TaskEvent;

    public sealed record Cancelled(string Reason) : TaskEvent;

    /// <summary>A failed or cancelled task starts anew, with all its attempts.</summary>
    public sealed record Redriven(ImmutableArray<string> WaitsFor) : TaskEvent;

    public sealed record DependencySatisfied(string TaskId) : TaskEvent;

    /// <summary>Reports were refused because of their token.</summary>
    /// <param name="Count">Refused since the event before.</param>
    /// <param name="Last">The last of them.</param>
    public sealed record StaleReportRejected(long Count, StaleReport Last) : TaskEvent;
}

/// <summary>Why a task failed for good.</summary>
[JsonConverter(typeof(NamedEnumConverter<FailureReason>))]
public enum FailureReason
{
    /// <summary>The last attempt failed or was lost.</summary>
    [JsonStringEnumMemberName("attempts_exhausted")] AttemptsExhausted = 0,
    /// <summary>The agent reported that no other attempt can succeed.</summary>
    [JsonStringEnumMemberName("not_retryable")] NotRetryable,
    Deadline,
    [JsonStringEnumMemberName("schedule_to_start")] ScheduleToStart,
    /// <summary>A task that it depends on failed or was cancelled.</summary>
    Dependency,
}

/// <summary>Why a lease ended before its task did.</summary>
[JsonConverter(typeof(NamedEnumConverter<ReleaseReason>))]
public enum ReleaseReason
{
    /// <summary>The agent died, was removed, or another instance of it registered.</summary>
    [JsonStringEnumMemberName("agent_lost")] AgentLost = 0,
    /// <summary>The agent did not start the task within the visibility time-out.</summary>
    [JsonStringEnumMemberName("not_started")] NotStarted,
    /// <summary>The agent holds more than its maxLoad, or gives back what it has not started.</summary>
    [JsonStringEnumMemberName("given_back")] GivenBack,
    /// <summary>The task goes to another agent together with its session.</summary>
    Handoff,
}

/// <summary>A report that was refused because of its token.</summary>
[GenerateSerializer, Immutable, Alias("memento.StaleReport")]
public sealed record StaleReport(
    [property: Id(0)] string AgentId,
    [property: Id(1)] long Token,
    [property: Id(2)] string Operation);
