using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Memento.Tasks;
using Orleans;

namespace Memento.Core.Coordination.Tasks;

/// <summary>The state of one task. <see cref="TaskRules.Apply"/> derives it from the task's events.</summary>
[GenerateSerializer, Immutable, Alias("memento.Core.TaskState")]
public sealed record TaskState
{
    /// <summary>The state before the first event.</summary>
    public static readonly TaskState None = new();

    /// <summary>Null before the first event.</summary>
    [Id(0)]
    public TaskSpec? Spec { get; init; }

    [Id(1)]
    public WorkStatus Status { get; init; }

    /// <summary>Token of the last assignment. It only grows; 0 before the first.</summary>
    [Id(2)]
    public long Token { get; init; }

    /// <summary>The lease that stands; null if nobody has the task.</summary>
    [Id(3)]
    public TaskLease? Lease { get; init; }

    /// <summary>Attempts that count, the one under way included.</summary>
    [Id(4)]
    public int Attempts { get; init; }

    /// <summary>Dependencies that are not over.</summary>
    [Id(5)]
    public ImmutableArray<string> WaitsFor { get => field.IsDefault ? [] : field; init; }

    [Id(6)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Time since which the task waits for an agent, a back-off included.</summary>
    [Id(7)]
    public DateTimeOffset QueuedAt { get; init; }

    /// <summary>End of the back-off; null = there is none.</summary>
    [Id(8)]
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The deadline of the spec. A redrive drops one that has passed.</summary>
    [Id(9)]
    public DateTimeOffset? Deadline { get; init; }

    [Id(10), JsonConverter(typeof(NullIsValueConverter))]
    public JsonText? Progress { get; init; }

    [Id(11)]
    public DateTimeOffset? ProgressAt { get; init; }

    [Id(12), JsonConverter(typeof(NullIsValueConverter))]
    public JsonText? Result { get; init; }

    [Id(13)]
    public string? Error { get; init; }

    [Id(14)]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The attempts that ended, oldest first: at most the newest <see cref="TaskRules.MaxPastAttempts"/>.</summary>
    [Id(15)]
    public ImmutableArray<EndedAttempt> PastAttempts { get => field.IsDefault ? [] : field; init; }

    /// <summary>The attempt that ended last; null before the first.</summary>
    [JsonIgnore]
    public EndedAttempt? LastAttempt => PastAttempts.IsEmpty ? null : PastAttempts[^1];

    /// <summary>Note for the next agent about a started attempt that ended.</summary>
    [Id(16)]
    public HandoffNote? Handoff { get; init; }

    [Id(17)]
    public StaleReports? StaleReports { get; init; }

    /// <summary>Time of the last event.</summary>
    [Id(18)]
    public DateTimeOffset LastEventAt { get; init; }

    [JsonIgnore]
    public bool Exists => Spec is not null;

    [JsonIgnore]
    public bool IsOver => Status is WorkStatus.Completed or WorkStatus.Failed or WorkStatus.Cancelled;

    /// <summary>Whether an agent may get the task, as far as the task itself is concerned.</summary>
    public bool IsReady(DateTimeOffset now) => Exists && Status is WorkStatus.Queued && WaitsFor.IsEmpty && !(NotBefore > now);

    /// <summary>Latest start that still fits before the deadline; null = any time.</summary>
    [JsonIgnore]
    public DateTimeOffset? LatestStart => Deadline - Spec?.Estimate;
}

/// <summary>An agent's right to a task.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskLease")]
public sealed record TaskLease(
    [property: Id(0)] string AgentId,
    [property: Id(1)] long Epoch,
    [property: Id(2)] string ReservationId,
    [property: Id(3)] long Token,
    [property: Id(4)] DateTimeOffset AssignedAt)
{
    /// <summary>Number of the attempt: 1, 2, 3 …; a lease that is released gives its number back.</summary>
    [Id(5)]
    public int Attempt { get; init; }

    /// <summary>Null until the agent reports for the first time.</summary>
    [Id(6)]
    public DateTimeOffset? StartedAt { get; init; }

    public bool IsHeldBy(string agentId, long token) => Token == token && AgentId == agentId;
}

/// <summary>An attempt that ended.</summary>
[GenerateSerializer, Immutable, Alias("memento.EndedAttempt")]
public sealed record EndedAttempt(
    [property: Id(0)] TaskLease Lease,
    [property: Id(1)] AttemptOutcome Outcome,
    [property: Id(2)] DateTimeOffset EndedAt,
    [property: Id(3)] string? Error = null);

/// <summary>What the next agent should know of the one before.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskHandoffNote")]
public sealed record HandoffNote(
    [property: Id(0)] string FromAgent,
    [property: Id(1)] AttemptOutcome Reason,
    [property: Id(2)] DateTimeOffset At,
    [property: Id(3), JsonConverter(typeof(NullIsValueConverter))] JsonText? Progress = null,
    [property: Id(4)] string? Error = null);

/// <summary>Refused reports: how many, and the last one.</summary>
[GenerateSerializer, Immutable, Alias("memento.StaleReports")]
public sealed record StaleReports(
    [property: Id(0)] long Count,
    [property: Id(1)] StaleReport Last,
    [property: Id(2)] DateTimeOffset At);

/// <summary>Where a stream stands: the number of the stream, then the position in it. A later stamp is newer.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskStamp")]
public readonly record struct TaskStamp(
    [property: Id(0)] long Number,
    [property: Id(1)] long Position) : IComparable<TaskStamp>
{
    public int CompareTo(TaskStamp other) => (Number, Position).CompareTo((other.Number, other.Position));

    public static bool operator <(TaskStamp left, TaskStamp right) => left.CompareTo(right) < 0;

    public static bool operator >(TaskStamp left, TaskStamp right) => left.CompareTo(right) > 0;

    public static bool operator <=(TaskStamp left, TaskStamp right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TaskStamp left, TaskStamp right) => left.CompareTo(right) >= 0;
}

/// <summary>A task's state together with the stamp at which it was true.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskSnapshot")]
public sealed record TaskSnapshot(
    [property: Id(0)] TaskStamp Stamp,
    [property: Id(1)] TaskState State)
{
    public string TaskId => State.Spec!.TaskId;
}
