using Memento.Core.Coordination.Tasks;
using Orleans;

namespace Memento.Core.Coordination.Queues;

/// <summary>Tasks lent to dispatchers. A checkout lapses by itself: the dispatcher may be gone.</summary>
public sealed class Checkouts
{
    public static readonly TimeSpan Lapse = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, TaskStamp> _stamps = new(StringComparer.Ordinal);
    private readonly DueHeap<TimeSpan> _lapses = new();

    public int Count => _stamps.Count;

    /// <summary>Lends a task as it was at this stamp.</summary>
    public void Lend(TaskSnapshot task, TimeSpan now)
    {
        _stamps[task.TaskId] = task.Stamp;
        _lapses.Set(task.TaskId, now + Lapse);
    }

    /// <summary>Whether the task is lent as it was at this stamp; what has changed since then is not lent.</summary>
    public bool IsLent(TaskSnapshot task) => _stamps.TryGetValue(task.TaskId, out var stamp) && stamp == task.Stamp;

    public bool End(string taskId)
    {
        _lapses.Set(taskId, null);
        return _stamps.Remove(taskId);
    }

    /// <summary>Ends the next checkout that has lapsed, and returns its task; null if there is none.</summary>
    public string? TakeLapsed(TimeSpan now)
    {
        if (_lapses.TakeDue(now) is not { } taskId) return null;
        _stamps.Remove(taskId);
        return taskId;
    }
}

/// <summary>What became of a task that was checked out.</summary>
[GenerateSerializer, Immutable, Alias("memento.CheckoutOutcome")]
public abstract record CheckoutOutcome([property: Id(0)] string TaskId)
{
    /// <summary>The dispatcher had no agent or no slot for the task.</summary>
    [GenerateSerializer, Immutable, Alias("memento.CheckoutOutcome.Returned")]
    public sealed record Returned(string TaskId) : CheckoutOutcome(TaskId);

    /// <summary>The task was asked and answered: it was assigned, or it is not what the queue took it for.</summary>
    [GenerateSerializer, Immutable, Alias("memento.CheckoutOutcome.Answered")]
    public sealed record Answered([property: Id(0)] TaskSnapshot Task) : CheckoutOutcome(Task.TaskId);
}
