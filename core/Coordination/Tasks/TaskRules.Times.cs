using Memento.Tasks;
using Orleans;

namespace Memento.Core.Coordination.Tasks;

/// <summary>The part about times: when a task is due, and what is decided then.</summary>
public static partial class TaskRules
{
    /// <summary>Next stored time at which the task must be asked: deadline, schedule-to-start limit, end of a back-off; null = none.</summary>
    public static DateTimeOffset? DueAt(TaskState task)
    {
        if (!task.Exists || task.IsOver) return null;
        var due = Earlier(task.Deadline, StartBy(task));
        return task.Lease is null ? Earlier(due, task.NotBefore) : due;
    }

    /// <summary>Limits of the lease that stands, after which the task is asked; null = without limit.</summary>
    /// <param name="claim">Visibility time-out of the queue.</param>
    public static (TimeSpan? InState, TimeSpan? SinceReport) LeaseLimits(TaskState task, TimeSpan claim) => task.Lease switch
    {
        null => (null, null),
        { StartedAt: null } => (claim, null),
        _ => (task.Spec!.StartToClose, task.Spec.HeartbeatTimeout),
    };

    /// <summary>
    /// Decides what becomes of a task one of whose times may be up. Stored times are compared with <paramref name="now"/>;
    /// limits of a lease only with durations that somebody measured.
    /// </summary>
    /// <param name="watch">What was measured of the lease; null = nothing.</param>
    /// <param name="jitter">Randomness of the back-off, −1 to 1.</param>
    public static Decision<TaskEvent> Expire(
        TaskState task, LeaseWatch? watch, QueueSettings settings, double jitter, DateTimeOffset now)
    {
        if (!task.Exists || task.IsOver) return Decision<TaskEvent>.Nothing;
        if (task.Deadline <= now)
        {
            var error = $"The task was not done by its deadline, {task.Deadline:O}.";
            return Failed(task, FailureReason.Deadline, AttemptOutcome.TimedOut, error, now);
        }

        if (StartBy(task) <= now)
        {
            var error = $"No agent started the task within {Text(task.Spec!.ScheduleToStart!.Value)} (scheduleToStartMs).";
            return Failed(task, FailureReason.ScheduleToStart, AttemptOutcome.TimedOut, error, now);
        }

        if (task.Lease is not { } lease || watch is null || !watch.IsOf(lease)) return Decision<TaskEvent>.Nothing;
        if (lease.StartedAt is null)
        {
            return watch.InState >= TimeSpan.FromMilliseconds(settings.ClaimMs)
                ? Release(task, lease.Token, ReleaseReason.NotStarted, now)
                : Decision<TaskEvent>.Nothing;
        }

        var why = watch.InState >= task.Spec!.StartToClose ? $"The attempt took more than {Text(task.Spec.StartToClose.Value)} (startToCloseMs)."
            : watch.SinceReport >= task.Spec.HeartbeatTimeout ? $"No report came for {Text(task.Spec.HeartbeatTimeout.Value)} (heartbeatTimeoutMs)."
            : null;
        return why is null ? Decision<TaskEvent>.Nothing : EndAttempt(task, AttemptOutcome.TimedOut, why, BackOff(task, settings, jitter), now);
    }

    /// <summary>Pause before the next attempt: longer each time, and longer or shorter by chance.</summary>
    /// <param name="jitter">−1 to 1.</param>
    public static TimeSpan BackOff(TaskState task, QueueSettings settings, double jitter)
    {
        var factor = Math.Pow(settings.BackoffFactor, Math.Max(0, task.Attempts - 1));
        var pause = Math.Min(settings.BackoffMs * factor, settings.MaxBackoffMs);
        return TimeSpan.FromMilliseconds(pause * (1 + (settings.BackoffJitter * Math.Clamp(jitter, -1, 1))));
    }

    /// <summary>Time by which the task must have started; null = any time, or the task waits for others.</summary>
    private static DateTimeOffset? StartBy(TaskState task) =>
        task.WaitsFor.IsEmpty && task.Lease?.StartedAt is null ? ReadySince(task) + task.Spec!.ScheduleToStart : null;

    /// <summary>Returns the time since which an agent could have had the task, or from which an agent can have it.</summary>
    public static DateTimeOffset ReadySince(TaskState task) => task.NotBefore > task.QueuedAt ? task.NotBefore.Value : task.QueuedAt;

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null || other < one ? other : one;

    private static DateTimeOffset TimeOf(TaskState task, DateTimeOffset now) => now > task.LastEventAt ? now : task.LastEventAt;

    private static string Text(TimeSpan limit) => FormattableString.Invariant($"{limit.TotalMilliseconds} ms");
}

/// <summary>What was measured of a lease, by monotonic clocks and in memory: both durations are at most as long as in truth.</summary>
/// <param name="Token">Token of the lease.</param>
/// <param name="Started">Whether it was watched as started.</param>
/// <param name="InState">Time since the watcher saw this token in this state for the first time.</param>
/// <param name="SinceReport">Time since the last report that may have been heard.</param>
[GenerateSerializer, Immutable, Alias("memento.LeaseWatch")]
public sealed record LeaseWatch(
    [property: Id(0)] long Token,
    [property: Id(1)] bool Started,
    [property: Id(2)] TimeSpan InState,
    [property: Id(3)] TimeSpan SinceReport)
{
    public bool IsOf(TaskLease lease) => Token == lease.Token && Started == (lease.StartedAt is not null);
}
