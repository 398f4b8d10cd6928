using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Tasks;

[JsonConverter(typeof(NamedEnumConverter<WorkStatus>))]
public enum WorkStatus
{
    /// <summary>It waits: for an agent, for other tasks, or until it may be tried again.</summary>
    Queued = 0,
    /// <summary>An agent was chosen and has not said that it began.</summary>
    Assigned,
    /// <summary>An agent works on it.</summary>
    Running,
    Completed,
    /// <summary>No further attempt is made. It can be retried by hand.</summary>
    Failed,
    Cancelled,
}

/// <summary>How an attempt ended.</summary>
[JsonConverter(typeof(NamedEnumConverter<AttemptOutcome>))]
public enum AttemptOutcome
{
    Completed = 0,
    Failed,
    /// <summary>Its agent was declared dead, was removed, or began anew.</summary>
    [JsonStringEnumMemberName("agent_lost")] AgentLost,
    [JsonStringEnumMemberName("timed_out")] TimedOut,
    Cancelled,
    /// <summary>Its agent never began; it does not count as an attempt.</summary>
    [JsonStringEnumMemberName("not_started")] NotStarted,
    /// <summary>It went to another agent together with its session.</summary>
    [JsonStringEnumMemberName("handed_over")] HandedOver,
}

/// <summary>One time that a task was given to an agent.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskAttempt")]
public sealed record TaskAttempt
{
    /// <summary>1, 2, 3 …; one that never began gives its number back.</summary>
    [Id(0)] public required int Attempt { get; init; }
    [Id(1)] public required string AgentId { get; init; }

    /// <summary>The fencing token: the position of the assignment in the journal of the queue.</summary>
    [Id(2)] public required long Token { get; init; }
    [Id(3)] public required DateTimeOffset AssignedAt { get; init; }
    [Id(4)] public DateTimeOffset? StartedAt { get; init; }
    [Id(5)] public DateTimeOffset? EndedAt { get; init; }
    [Id(6)] public AttemptOutcome? Outcome { get; init; }
    [Id(7)] public string? Error { get; init; }
}

/// <summary>What the agent that takes a task over should know of the one before.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskHandoff")]
public sealed record TaskHandoff
{
    [Id(0)] public required string FromAgent { get; init; }
    [Id(1)] public required AttemptOutcome Reason { get; init; }
    [Id(2)] public required DateTimeOffset At { get; init; }

    /// <summary>The last that was heard of its progress.</summary>
    [Id(3)] public JsonText? Progress { get; init; }
    [Id(4)] public string? Error { get; init; }
}

/// <summary>Calls with a stale token: how many, and the last one.</summary>
[GenerateSerializer, Immutable, Alias("memento.StaleCalls")]
public sealed record StaleCalls(
    [property: Id(0)] long Count, [property: Id(1)] string AgentId, [property: Id(2)] long Token, [property: Id(3)] string Operation, [property: Id(4)] DateTimeOffset At);

/// <summary>A task, as its row has it; payload, metadata and result lie beside it.</summary>
public sealed record TaskState
{
    /// <summary>Its number in its queue: 1, 2, 3 …</summary>
    public required long Number { get; init; }
    public required string TaskId { get; init; }
    public required string Type { get; init; }
    public required int Priority { get; init; }
    public string? SessionId { get; init; }
    public string? Tenant { get; init; }
    public ImmutableArray<string> RequiredCapabilities { get => field.IsDefault ? [] : field; init; }
    public long? EstimatedDurationMs { get; init; }
    public DateTimeOffset? Deadline { get; init; }
    public required int MaxAttempts { get; init; }
    public long? ScheduleToStartMs { get; init; }
    public long? StartToCloseMs { get; init; }
    public long? HeartbeatTimeoutMs { get; init; }
    public ImmutableArray<string> DependsOn { get => field.IsDefault ? [] : field; init; }
    public DependencyFailure OnDependencyFailure { get; init; }

    /// <summary>Those of <see cref="DependsOn"/> that have not ended.</summary>
    public ImmutableArray<string> WaitsFor { get => field.IsDefault ? [] : field; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    public WorkStatus Status { get; init; }

    /// <summary>Since when it has been waiting this time.</summary>
    public required DateTimeOffset QueuedAt { get; init; }

    /// <summary>It backs off until then.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Attempts that count.</summary>
    public int Attempts { get; init; }

    /// <summary>The newest <see cref="TaskLife.MaxHistory"/> times that it was given to an agent; the last is under way if it is assigned or running.</summary>
    public ImmutableArray<TaskAttempt> History { get => field.IsDefault ? [] : field; init; }
    public JsonText? Progress { get; init; }
    public TaskHandoff? Handoff { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string? Error { get; init; }
    public StaleCalls? Stale { get; init; }

    /// <summary>Whether others depend on it.</summary>
    public bool HasDependents { get; init; }

    /// <summary>Characters of its payload and metadata.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public int Size { get; init; }

    /// <inheritdoc cref="SubmitTask.TraceParent"/>
    public string? TraceParent { get; init; }

    [JsonIgnore] public bool IsOver => Status is WorkStatus.Completed or WorkStatus.Failed or WorkStatus.Cancelled;

    [JsonIgnore] public bool IsHeld => Status is WorkStatus.Assigned or WorkStatus.Running;

    /// <summary>The attempt under way.</summary>
    [JsonIgnore] public TaskAttempt? Current => IsHeld ? History[^1] : null;

    /// <summary>Whether it could be given to an agent, if there is one.</summary>
    public bool IsReady(DateTimeOffset now) => Status is WorkStatus.Queued && WaitsFor.IsEmpty && (NotBefore is not { } later || later <= now);
}
