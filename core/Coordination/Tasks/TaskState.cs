using System.Collections.Immutable;
using Memento.Tasks;

namespace Memento.Core.Coordination.Tasks;

/// <summary>The state of one task. <see cref="TaskRules.Apply"/> derives it from the task's events.</summary>
public sealed record TaskState
{
    /// <summary>The state before the first event.</summary>
    public static readonly TaskState None = new();

    /// <summary>Null before the first event.</summary>
    public TaskSpec? Spec { get; init; }

    public WorkStatus Status { get; init; }

    /// <summary>Token of the last assignment. It only grows; 0 before the first.</summary>
    public long Token { get; init; }

    /// <summary>The lease that stands; null if nobody has the task.</summary>
    public TaskLease? Lease { get; init; }

    /// <summary>Attempts that count, the one under way included.</summary>
    public int Attempts { get; init; }

    /// <summary>Dependencies that are not over.</summary>
    public ImmutableArray<string> WaitsFor { get => field.IsDefault ? [] : field; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Time since which the task waits for an agent, a back-off included.</summary>
    public DateTimeOffset QueuedAt { get; init; }

    /// <summary>End of the back-off; null = there is none.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The deadline of the spec. A redrive drops one that has passed.</summary>
    public DateTimeOffset? Deadline { get; init; }

    public JsonText? Progress { get; init; }

    public DateTimeOffset? ProgressAt { get; init; }

    public JsonText? Result { get; init; }

    public string? Error { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The attempt that ended last. Older ones are in the stream.</summary>
    public EndedAttempt? LastAttempt { get; init; }

    /// <summary>Note for the next agent about a started attempt that ended.</summary>
    public HandoffNote? Handoff { get; init; }

    public StaleReports? StaleReports { get; init; }

    /// <summary>Time of the last event.</summary>
    public DateTimeOffset LastEventAt { get; init; }

    public bool Exists => Spec is not null;

    public bool IsOver => Status is WorkStatus.Completed or WorkStatus.Failed or WorkStatus.Cancelled;

    /// <summary>Whether an agent may get the task, as far as the task itself is concerned.</summary>
    public bool IsReady(DateTimeOffset now) => Exists && Status is WorkStatus.Queued && WaitsFor.IsEmpty && !(NotBefore > now);

    /// <summary>Latest start that still fits before the deadline; null = any time.</summary>
    public DateTimeOffset? LatestStart => Deadline - Spec?.Estimate;
}

/// <summary>An agent's right to a task.</summary>
public sealed record TaskLease(string AgentId, long Epoch, string ReservationId, long Token, DateTimeOffset AssignedAt)
{
    /// <summary>Null until the agent reports for the first time.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public bool IsHeldBy(string agentId, long token) => Token == token && AgentId == agentId;
}

/// <summary>An attempt that ended.</summary>
public sealed record EndedAttempt(TaskLease Lease, AttemptOutcome Outcome, string? Error, DateTimeOffset EndedAt);

/// <summary>What the next agent should know of the one before.</summary>
public sealed record HandoffNote(string FromAgent, AttemptOutcome Reason, JsonText? Progress, string? Error, DateTimeOffset At);

/// <summary>Refused reports: how many, and the last one.</summary>
public sealed record StaleReports(long Count, StaleReport Last, DateTimeOffset At);

/// <summary>Where a stream stands: the number of the stream, then the position in it. A later stamp is newer.</summary>
public readonly record struct TaskStamp(long Number, long Position) : IComparable<TaskStamp>
{
    public int CompareTo(TaskStamp other) => (Number, Position).CompareTo((other.Number, other.Position));

    public static bool operator <(TaskStamp left, TaskStamp right) => left.CompareTo(right) < 0;

    public static bool operator >(TaskStamp left, TaskStamp right) => left.CompareTo(right) > 0;

    public static bool operator <=(TaskStamp left, TaskStamp right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TaskStamp left, TaskStamp right) => left.CompareTo(right) >= 0;
}

/// <summary>A task's state together with the stamp at which it was true.</summary>
public sealed record TaskSnapshot(TaskStamp Stamp, TaskState State)
{
    public string TaskId => State.Spec!.TaskId;
}
