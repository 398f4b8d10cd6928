using Memento.Core.Coordination.Tasks;

namespace Memento.Core.Coordination.Queues;

/// <summary>
/// Measures, in the queue's memory, for how long each lease has been as it is. A clock starts when this memory sees a token in a
/// state for the first time; so a rebuild starts it in full, once, and no limit of a lease ends too soon.
/// </summary>
public sealed class LeaseClocks
{
    /// <summary>Pause before a task that was asked, and stayed as it was, is asked again.</summary>
    public static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Watched> _leases = new(StringComparer.Ordinal);
    private readonly DueHeap<TimeSpan> _due = new();

    public int Count => _leases.Count;

    /// <summary>Watches the lease of a task, or stops if it has none.</summary>
    /// <param name="claim">Visibility time-out of the queue.</param>
    public void Watch(TaskSnapshot task, TimeSpan claim, TimeSpan now)
    {
        if (task.State.Lease is not { } lease)
        {
            Forget(task.TaskId);
            return;
        }

        var started = lease.StartedAt is not null;
        if (!_leases.TryGetValue(task.TaskId, out var watched) || watched.Token != lease.Token || watched.Started != started)
            watched = new(lease.Token, started, now, now);
        if (watched.ProgressAt != task.State.ProgressAt) watched = watched with { ProgressAt = task.State.ProgressAt, HeardAt = now };
        var (inState, sinceReport) = TaskRules.LeaseLimits(task.State, claim);
        _leases[task.TaskId] = watched with { InStateLimit = inState, ReportLimit = sinceReport };
        _due.Set(task.TaskId, _leases[task.TaskId].DueAt);
    }

    /// <summary>Takes over what a task's grain answered: the time since the last report of this lease that the grain may have heard.</summary>
    public void Heard(string taskId, long token, TimeSpan sinceReport, TimeSpan now)
    {
        if (!_leases.TryGetValue(taskId, out var watched) || watched.Token != token || now - sinceReport <= watched.HeardAt) return;
        _leases[taskId] = watched with { HeardAt = now - sinceReport };
        _due.Set(taskId, _leases[taskId].DueAt);
    }

    public void Forget(string taskId)
    {
        _leases.Remove(taskId);
        _due.Set(taskId, null);
    }

    /// <summary>Takes the next task whose lease is due, and sets when it is asked again; null if there is none.</summary>
    public (string TaskId, LeaseWatch Watch)? TakeDue(TimeSpan now)
    {
        if (_due.TakeDue(now) is not { } taskId) return null;
        _due.Set(taskId, now + AskAgainAfter);
        return (taskId, _leases[taskId].At(now));
    }

    private sealed record Watched(long Token, bool Started, TimeSpan Since, TimeSpan HeardAt)
    {
        public DateTimeOffset? ProgressAt { get; init; }

        public TimeSpan? InStateLimit { get; init; }

        public TimeSpan? ReportLimit { get; init; }

        public TimeSpan? DueAt => (Since + InStateLimit, HeardAt + ReportLimit) switch
        {
            ({ } state, { } report) => state < report ? state : report,
            var (state, report) => state ?? report,
        };

        public LeaseWatch At(TimeSpan now) => new(Token, Started, now - Since, now - HeardAt);
    }
}
