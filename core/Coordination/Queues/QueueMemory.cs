using System.Collections.Immutable;
using Memento.Core.Coordination.Tasks;
using Memento.Tasks;
using Orleans;

namespace Memento.Core.Coordination.Queues;

/// <summary>
/// What a queue remembers of its open tasks. All of it is a cache: the task table can rebuild it, and news that is older than what
/// is known is ignored. Tasks that are over are forgotten. Not thread-safe.
/// </summary>
public sealed class QueueMemory
{
    private readonly Dictionary<string, TaskSnapshot> _tasks = new(StringComparer.Ordinal);
    private readonly DueHeap<DateTimeOffset> _due = new();
    private readonly LeaseClocks _leases = new();
    private readonly Checkouts _checkouts = new();
    private readonly ReadMarks _reads = new();
    private QueueSettings _settings;
    private ReadyTasks _ready;

    public QueueMemory(QueueSettings settings) => (_settings, _ready) = (settings, new(settings));

    /// <summary>Tasks that are not over.</summary>
    public int Count => _tasks.Count;

    /// <summary>Whether a dispatcher could check something out.</summary>
    public bool HasReady => !_settings.Paused && _ready.Count > 0;

    public TaskSnapshot? Find(string taskId) => _tasks.GetValueOrDefault(taskId);

    /// <summary>Takes over new settings; the order of the ready tasks follows.</summary>
    public void Configure(QueueSettings settings, ClockReading now)
    {
        (_settings, _ready) = (settings, new(settings));
        foreach (var task in _tasks.Values)
        {
            _leases.Watch(task, Claim, now.Monotonic);
            Place(task, now, isReturned: false);
        }
    }

    /// <summary>Takes over what is told of a task: by its birth, its grain, a dispatcher, or a read.</summary>
    /// <returns>What changed by it.</returns>
    public NewsEffect Learn(TaskSnapshot news, ClockReading now)
    {
        var known = _tasks.GetValueOrDefault(news.TaskId);
        if (news.Stamp <= known?.Stamp) return NewsEffect.None;
        _reads.Touch(news.TaskId);
        if (known is not null) _ready.Remove(known.Stamp.Number);
        _checkouts.End(news.TaskId);
        if (news.State.IsOver)
        {
            Forget(news);
            return NewsEffect.Over;
        }

        _tasks[news.TaskId] = news;
        _leases.Watch(news, Claim, now.Monotonic);
        return Place(news, now, isReturned: false) ? NewsEffect.Ready : NewsEffect.Changed;
    }

    /// <summary>Notes that a read of the queue's rows begins.</summary>
    public long BeginRead() => _reads.Begin();

    /// <summary>Replaces memory by what was read, except what changed since the read began.</summary>
    /// <param name="rows">All tasks of the queue that are not over; null if the read failed.</param>
    public void EndRead(long mark, IReadOnlyCollection<TaskSnapshot>? rows, ClockReading now)
    {
        var changed = _reads.End(mark);
        if (rows is null) return;
        var read = rows.Select(row => row.TaskId).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _tasks.Values.Where(t => !read.Contains(t.TaskId) && !changed.Contains(t.TaskId)).ToArray()) Forget(gone);
        foreach (var row in rows)
            if (!changed.Contains(row.TaskId)) Learn(row, now);
    }

    /// <summary>Lends ready tasks that these agents can do, in the queue's order.</summary>
    /// <param name="max">Most tasks to lend.</param>
    public ImmutableArray<TaskSnapshot> CheckOut(IReadOnlyCollection<AgentRoom> agents, int max, ClockReading now)
    {
        ReturnLapsed(now);
        if (_settings.Paused) return [];
        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        var lent = ImmutableArray.CreateBuilder<TaskSnapshot>();
        max = Math.Min(max, agents.Sum(agent => agent.FreeSlots));
        while (lent.Count < max && _ready.TakeNext(needs => RoomFor(needs) > 0, now.Utc) is { } entry)
        {
            left[entry.Asked.Key]--;
            var task = _tasks[entry.TaskId];
            _checkouts.Lend(task, now.Monotonic);
            lent.Add(task);
        }

        return lent.ToImmutable();

        int RoomFor(TaskNeeds needs)
        {
            if (!left.TryGetValue(needs.Key, out var room))
                left[needs.Key] = room = agents.Where(agent => agent.CanDo(needs)).Sum(agent => agent.FreeSlots);
            return room;
        }
    }

    /// <summary>
    /// Ends checkouts. A task that answered with what the queue knows already was refused for a reason that passes by itself, a clock
    /// for example: its checkout is left to lapse, so that dispatchers do not spin.
    /// </summary>
    /// <returns>The answered tasks that are over.</returns>
    public ImmutableArray<string> Settle(IEnumerable<CheckoutOutcome> outcomes, ClockReading now)
    {
        var over = ImmutableArray.CreateBuilder<string>();
        foreach (var outcome in outcomes)
        {
            if (outcome is CheckoutOutcome.Answered answered)
            {
                if (Learn(answered.Task, now) is NewsEffect.Over) over.Add(outcome.TaskId);
            }
            else if (_checkouts.End(outcome.TaskId) && _tasks.TryGetValue(outcome.TaskId, out var task)) Place(task, now, isReturned: true);
        }

        return over.ToImmutable();
    }

    /// <summary>Does what time alone brings: checkouts lapse, back-offs end.</summary>
    /// <param name="max">Most tasks to ask at once; the others are asked next time.</param>
    /// <returns>Tasks one of whose times may be up, to be asked.</returns>
    public ImmutableArray<DueTask> Tick(int max, ClockReading now)
    {
        ReturnLapsed(now);
        var asked = ImmutableArray.CreateBuilder<DueTask>();
        while (asked.Count < max && _due.TakeDue(now.Utc) is { } taskId)
        {
            var task = _tasks[taskId];
            Place(task, now, isReturned: false);   // A back-off may be over.
            if (!(DueAt(task, now) <= now.Utc)) continue;
            _due.Set(taskId, now.Utc + LeaseClocks.AskAgainAfter);
            asked.Add(new(task, null));
        }

        while (asked.Count < max && _leases.TakeDue(now.Monotonic) is var (leased, watch)) asked.Add(new(_tasks[leased], watch));
        return asked.ToImmutable();
    }

    /// <summary>Takes over how long ago a task's grain may have heard a report, as it answered when it was asked.</summary>
    public void Heard(string taskId, long token, TimeSpan sinceReport, ClockReading now) =>
        _leases.Heard(taskId, token, sinceReport, now.Monotonic);

    private TimeSpan Claim => TimeSpan.FromMilliseconds(_settings.ClaimMs);

    private void ReturnLapsed(ClockReading now)
    {
        while (_checkouts.TakeLapsed(now.Monotonic) is { } taskId)
            if (_tasks.TryGetValue(taskId, out var task)) Place(task, now, isReturned: true);
    }

    /// <summary>Puts a task where it belongs: among the ready ones, or into the heap of those that are due later.</summary>
    private bool Place(TaskSnapshot task, ClockReading now, bool isReturned)
    {
        var isReady = task.State.IsReady(now.Utc) && !_checkouts.IsLent(task);
        if (isReady) _ready.Add(task, isReturned);
        _due.Set(task.TaskId, DueAt(task, now));
        return isReady;
    }

    /// <summary>Next stored time of a task; a back-off that is over is none.</summary>
    private static DateTimeOffset? DueAt(TaskSnapshot task, ClockReading now) =>
        TaskRules.DueAt(task.State.IsReady(now.Utc) ? task.State with { NotBefore = null } : task.State);

    private void Forget(TaskSnapshot task)
    {
        _tasks.Remove(task.TaskId);
        _ready.Remove(task.Stamp.Number);
        _due.Set(task.TaskId, null);
        _leases.Forget(task.TaskId);
        _checkouts.End(task.TaskId);
    }
}

/// <summary>What a piece of news changed.</summary>
public enum NewsEffect
{
    /// <summary>Nothing: the news was old.</summary>
    None = 0,
    Changed,
    /// <summary>The task is ready: a dispatcher is worth waking.</summary>
    Ready,
    /// <summary>The task is over: its dependents are to be asked.</summary>
    Over,
}

/// <summary>A task one of whose times may be up.</summary>
/// <param name="Watch">What was measured of its lease; null if a stored time is up.</param>
[GenerateSerializer, Immutable, Alias("memento.DueTask")]
public sealed record DueTask(
    [property: Id(0)] TaskSnapshot Task,
    [property: Id(1)] LeaseWatch? Watch);
