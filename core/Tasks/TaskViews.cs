using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Memento.Core.Coordination.Tasks;
using Orleans;
using State = Memento.Core.Coordination.Tasks.TaskState;

namespace Memento.Tasks;

/// <summary>A task.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskView")]
public sealed record TaskView
{
    [Id(0)] public required string TaskId { get; init; }
    [Id(1)] public required string Type { get; init; }
    [Id(2)] public required string Queue { get; init; }
    [Id(3)] public required WorkStatus Status { get; init; }
    [Id(4)] public required int Priority { get; init; }
    [Id(5)] public string? SessionId { get; init; }
    [Id(6)] public string? Tenant { get; init; }
    [Id(7)] public ImmutableArray<string> RequiredCapabilities { get; init; } = [];
    [Id(8)] public long? EstimatedDurationMs { get; init; }
    [Id(9)] public DateTimeOffset? Deadline { get; init; }

    /// <summary>How often it was begun, with the attempt under way.</summary>
    [Id(10)] public required int Attempts { get; init; }
    [Id(11)] public required int MaxAttempts { get; init; }
    [Id(12)] public ImmutableArray<string> DependsOn { get; init; } = [];

    /// <summary>Those of <see cref="DependsOn"/> that have not ended.</summary>
    [Id(13)] public ImmutableArray<string> WaitsFor { get; init; } = [];
    [Id(14)] public DependencyFailure OnDependencyFailure { get; init; }

    /// <summary>Who has it now.</summary>
    [Id(15), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? AssignedAgent { get; init; }

    /// <summary>The fencing token of the assignment under way.</summary>
    [Id(16)] public long? Token { get; init; }
    [Id(17)] public required DateTimeOffset CreatedAt { get; init; }
    [Id(18)] public DateTimeOffset? AssignedAt { get; init; }
    [Id(19)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it was completed, failed for good or was cancelled.</summary>
    [Id(20), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>It backs off until then.</summary>
    [Id(21)] public DateTimeOffset? NotBefore { get; init; }
    [Id(22)] public JsonText? Progress { get; init; }

    /// <summary>What came out. Not in lists.</summary>
    [Id(23)] public JsonText? Result { get; init; }

    /// <summary>What went wrong in the newest attempt, or why it was cancelled.</summary>
    [Id(24)] public string? Error { get; init; }

    /// <summary>The times that it was given to an agent, oldest first; the newest 20.</summary>
    [Id(25)] public ImmutableArray<TaskAttempt> History { get; init; } = [];
    [Id(26)] public TaskHandoff? Handoff { get; init; }

    /// <summary>Calls with a stale token that were refused.</summary>
    [Id(27)] public StaleCalls? StaleCalls { get; init; }

    /// <summary>Not in lists.</summary>
    [Id(28)] public JsonText? Payload { get; init; }

    /// <summary>Not in lists.</summary>
    [Id(29)] public JsonText? Metadata { get; init; }
    [Id(30)] public long? ScheduleToStartMs { get; init; }
    [Id(31)] public long? StartToCloseMs { get; init; }
    [Id(32)] public long? HeartbeatTimeoutMs { get; init; }

    /// <summary>The span that it was submitted in, as W3C Trace Context writes it.</summary>
    [Id(33), JsonPropertyName("traceparent")] public string? TraceParent { get; init; }

    public static TaskView Of(string queue, TaskState s, TaskBody? body = null, JsonText? result = null) => new()
    {
        TaskId = s.TaskId, Type = s.Type, Queue = queue, Status = s.Status, Priority = s.Priority, SessionId = s.SessionId, Tenant = s.Tenant,
        RequiredCapabilities = s.RequiredCapabilities, EstimatedDurationMs = s.EstimatedDurationMs, Deadline = s.Deadline,
        Attempts = s.Attempts, MaxAttempts = s.MaxAttempts, DependsOn = s.DependsOn, WaitsFor = s.WaitsFor, OnDependencyFailure = s.OnDependencyFailure,
        AssignedAgent = s.Current?.AgentId, Token = s.Current?.Token, CreatedAt = s.CreatedAt,
        AssignedAt = s.History is [.., var last] ? last.AssignedAt : null, StartedAt = s.History is [.., var newest] ? newest.StartedAt : null, CompletedAt = s.EndedAt,
        NotBefore = s.NotBefore, Progress = s.Progress, Result = result, Error = s.Error, History = s.History, Handoff = s.Handoff, StaleCalls = s.Stale,
        Payload = body?.Payload, Metadata = body?.Metadata, ScheduleToStartMs = s.ScheduleToStartMs, StartToCloseMs = s.StartToCloseMs, HeartbeatTimeoutMs = s.HeartbeatTimeoutMs, TraceParent = s.TraceParent,
    };

    /// <summary>Makes the view of a task, result included.</summary>
    /// <param name="state">The state of a task that exists.</param>
    /// <param name="body">Payload and metadata; null = none, or not wanted.</param>
    public static TaskView Of(State state, TaskBody? body = null)
    {
        var spec = state.Spec!;
        var lease = state.Lease ?? state.LastAttempt?.Lease;
        return new()
        {
            TaskId = spec.TaskId, Type = spec.Type, Queue = spec.Queue, Status = state.Status, Priority = spec.Priority,
            SessionId = spec.SessionId, Tenant = spec.Tenant, RequiredCapabilities = spec.RequiredCapabilities,
            EstimatedDurationMs = spec.Estimate > TimeSpan.Zero ? Milliseconds(spec.Estimate) : null, Deadline = state.Deadline,
            Attempts = state.Attempts, MaxAttempts = spec.MaxAttempts, DependsOn = spec.DependsOn, WaitsFor = state.WaitsFor,
            OnDependencyFailure = spec.OnDependencyFailure, AssignedAgent = state.Lease?.AgentId, Token = state.Lease?.Token,
            CreatedAt = state.CreatedAt, AssignedAt = lease?.AssignedAt, StartedAt = lease?.StartedAt, CompletedAt = state.EndedAt,
            NotBefore = state.NotBefore, Progress = state.Progress, Result = state.Result, Error = state.Error,
            History = HistoryOf(state), Handoff = Of(state.Handoff), StaleCalls = Of(state.StaleReports),
            Payload = body?.Payload, Metadata = body?.Metadata, ScheduleToStartMs = Milliseconds(spec.ScheduleToStart),
            StartToCloseMs = Milliseconds(spec.StartToClose), HeartbeatTimeoutMs = Milliseconds(spec.HeartbeatTimeout),
            TraceParent = spec.TraceParent,
        };
    }

    private static ImmutableArray<TaskAttempt> HistoryOf(State state)
    {
        var attempts = state.PastAttempts.Select(past =>
            AttemptOf(past.Lease) with { EndedAt = past.EndedAt, Outcome = past.Outcome, Error = past.Error });
        if (state.Lease is { } lease) attempts = attempts.TakeLast(TaskRules.MaxPastAttempts - 1).Append(AttemptOf(lease));
        return [.. attempts];
    }

    private static TaskAttempt AttemptOf(TaskLease lease) => new()
    {
        Attempt = lease.Attempt, AgentId = lease.AgentId, Token = lease.Token, AssignedAt = lease.AssignedAt, StartedAt = lease.StartedAt,
    };

    private static TaskHandoff? Of(HandoffNote? note) => note is null ? null : new()
    {
        FromAgent = note.FromAgent, Reason = note.Reason, At = note.At, Progress = note.Progress, Error = note.Error,
    };

    private static StaleCalls? Of(StaleReports? stale) =>
        stale is null ? null : new(stale.Count, stale.Last.AgentId, stale.Last.Token, stale.Last.Operation, stale.At);

    private static long? Milliseconds(TimeSpan? time) => (long?)time?.TotalMilliseconds;
}

/// <summary>Body of "receive".</summary>
[GenerateSerializer, Immutable, Alias("memento.ReceiveTasks")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReceiveTasks
{
    public const int MostItems = 1_000;
    public const double LongestWait = 30;

    /// <summary>Most tasks to answer, 1 to 1,000. Default 1.</summary>
    [Id(0)] public int? Max { get; init; }

    /// <summary>How long to wait for the first one, 0 to 30 seconds. Default 0. It is answered earlier, with nothing, when the agent has said nothing else for a heartbeat interval: asking again is its sign of life.</summary>
    [Id(1)] public double WaitSeconds { get; init; }

    /// <inheritdoc cref="Agents.RegisterAgent.InstanceId"/>
    [Id(2)] public string? InstanceId { get; init; }
}

/// <summary>Tasks that an agent is given.</summary>
[GenerateSerializer, Immutable, Alias("memento.ReceivedTasks")]
public sealed record ReceivedTasks
{
    [Id(0)] public required ImmutableArray<ReceivedTask> Items { get; init; }

    /// <summary>Tasks that it was given before and has lost since: stop working on them.</summary>
    [Id(1)] public ImmutableArray<RevokedTask> Revoked { get; init; } = [];
}

/// <summary>A task that an agent is given.</summary>
[GenerateSerializer, Immutable, Alias("memento.ReceivedTask")]
public sealed record ReceivedTask
{
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>Proves that the task is the agent's; goes into everything that it says about it. Higher than every earlier one of this task, and unique only together with it: tasks that were given out together have the same.</summary>
    [Id(1)] public required long Token { get; init; }
    [Id(2)] public required string Type { get; init; }
    [Id(3)] public required string Queue { get; init; }
    [Id(4), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? SessionId { get; init; }
    [Id(5), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public JsonText? Payload { get; init; }
    [Id(6), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DateTimeOffset? Deadline { get; init; }

    /// <summary>1 for the first.</summary>
    [Id(7)] public required int Attempt { get; init; }

    /// <summary>What is known of who had it before.</summary>
    [Id(8)] public TaskHandoff? Handoff { get; init; }
    [Id(9)] public JsonText? Metadata { get; init; }

    /// <summary>It must be begun by then, or somebody else gets it: say "start", "heartbeat" or "complete".</summary>
    [Id(10)] public DateTimeOffset? StartBy { get; init; }
    [Id(11)] public long? HeartbeatTimeoutMs { get; init; }

    /// <summary>The span that it was submitted in, as W3C Trace Context writes it: the parent of what is done for it.</summary>
    [Id(12), JsonPropertyName("traceparent")] public string? TraceParent { get; init; }
}

/// <summary>A task that an agent has lost.</summary>
[GenerateSerializer, Immutable, Alias("memento.RevokedTask")]
public sealed record RevokedTask([property: Id(0)] string TaskId, [property: Id(1)] long Token, [property: Id(2)] AttemptOutcome Reason);

/// <summary>A queue.</summary>
[GenerateSerializer, Immutable, Alias("memento.QueueView")]
public sealed record QueueView
{
    [Id(0)] public required string Name { get; init; }
    [Id(1)] public required QueueSettings Settings { get; init; }

    /// <summary>Tasks that wait, for whatever reason.</summary>
    [Id(2)] public required long Queued { get; init; }
    [Id(3)] public required long Assigned { get; init; }
    [Id(4)] public required long Running { get; init; }

    /// <summary>Since the queue exists, as all that follow.</summary>
    [Id(5)] public required long Submitted { get; init; }
    [Id(6)] public required long Completed { get; init; }
    [Id(7)] public required long Failed { get; init; }
    [Id(8)] public required long Cancelled { get; init; }

    /// <summary>Calls with a stale token that were refused.</summary>
    [Id(9)] public required long Refused { get; init; }
    [Id(10)] public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Why a task is not running, or what else it does.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskExplanation")]
public sealed record TaskExplanation
{
    [Id(0)] public required string TaskId { get; init; }
    [Id(1)] public required WorkStatus Status { get; init; }

    /// <summary>Stable name for programs.</summary>
    [Id(2)] public required TaskReason Reason { get; init; }

    /// <summary>One sentence for people.</summary>
    [Id(3)] public required string Explanation { get; init; }

    /// <summary>Agents that have all capabilities that it needs.</summary>
    [Id(4)] public int? CapableAgents { get; init; }

    /// <summary>Those of them that have room.</summary>
    [Id(5)] public int? FreeAgents { get; init; }

    /// <summary>Capabilities that no agent has.</summary>
    [Id(6)] public ImmutableArray<string> MissingCapabilities { get; init; } = [];
    [Id(7)] public ImmutableArray<string> WaitsFor { get; init; } = [];
    [Id(8)] public DateTimeOffset? NotBefore { get; init; }
}

/// <summary>Why a task is not running.</summary>
[JsonConverter(typeof(NamedEnumConverter<TaskReason>))]
public enum TaskReason
{
    Running = 0,
    /// <summary>It was given to an agent that has not begun.</summary>
    [JsonStringEnumMemberName("not_started")] NotStarted,
    [JsonStringEnumMemberName("queue_paused")] QueuePaused,
    [JsonStringEnumMemberName("waits_for_tasks")] WaitsForTasks,
    [JsonStringEnumMemberName("backing_off")] BackingOff,
    [JsonStringEnumMemberName("deadline_cannot_be_met")] DeadlineCannotBeMet,
    [JsonStringEnumMemberName("no_capable_agent")] NoCapableAgent,
    [JsonStringEnumMemberName("agents_full")] AgentsFull,
    /// <summary>It is being given out, or others go first.</summary>
    Waiting,
    Over,
}

/// <summary>How the fleet and its work are.</summary>
[GenerateSerializer, Immutable, Alias("memento.CoordinationMetrics")]
public sealed record CoordinationMetrics
{
    [Id(0)] public required long TotalAgents { get; init; }

    /// <summary>Those that are active or busy.</summary>
    [Id(1)] public required long ActiveAgents { get; init; }
    [Id(2)] public required long QueuedTasks { get; init; }

    /// <summary>Tasks that agents have, begun or not.</summary>
    [Id(3)] public required long RunningTasks { get; init; }
    [Id(4)] public required long CompletedTasks { get; init; }
    [Id(5)] public required long FailedTasks { get; init; }
    [Id(6)] public required long CancelledTasks { get; init; }

    /// <summary>Mean time from start to completion, in milliseconds; 0 before the first.</summary>
    [Id(7)] public required double AverageTaskDuration { get; init; }

    /// <summary>Part of the living agents' capacity that is in use, 0 to 1.</summary>
    [Id(8)] public required double SystemLoad { get; init; }
    [Id(9)] public required long DeadAgentCount { get; init; }

    /// <summary>Tasks that went from one agent to another, and sessions that were handed over.</summary>
    [Id(10)] public required long HandoffCount { get; init; }
    [Id(11)] public required ImmutableDictionary<string, long> AgentsByStatus { get; init; }

    /// <summary>Waiting tasks by priority, of all queues.</summary>
    [Id(12)] public required ImmutableDictionary<string, long> QueueDepthByPriority { get; init; }

    /// <summary>Calls with a stale token that were refused.</summary>
    [Id(13)] public required long StaleCalls { get; init; }
}
