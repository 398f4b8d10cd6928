using Memento.Tasks;

namespace Memento.Core.Coordination.Queues;

/// <summary>An event in a queue's stream.</summary>
public abstract record QueueEvent : IFact
{
    private QueueEvent() { }

    /// <summary>The stored form of queues.</summary>
    public static FactCodec<QueueState, QueueEvent> Codec { get; } =
        new FactCodec<QueueState, QueueEvent>("queue", CoordinationJson.Default.QueueState)
            .With("queue.configured", CoordinationJson.Default.QueueConfigured)
            .With("queue.tasks_submitted", CoordinationJson.Default.QueueTasksSubmitted);

    public required DateTimeOffset At { get; init; }

    public sealed record Configured(QueueSettings Settings) : QueueEvent;

    /// <summary>Tasks were submitted. The event stands in the same append as their births: a stale activation of the queue cannot submit.</summary>
    public sealed record TasksSubmitted(int Count) : QueueEvent;
}

/// <summary>The state of a queue's stream. Its open tasks are not in it: each has a stream of its own.</summary>
public sealed record QueueState
{
    public static readonly QueueState Empty = new();

    public QueueSettings Settings { get; init; } = QueueSettings.Default;

    public long Submitted { get; init; }
}

/// <summary>Decides what a command does to a queue's stream.</summary>
public static class QueueRules
{
    public static Decision<QueueEvent> Configure(QueueState queue, QueueChange change, DateTimeOffset now)
    {
        var (settings, refusal) = change.Change(queue.Settings);
        if (refusal is not null) return refusal;
        return settings == queue.Settings ? Decision<QueueEvent>.Nothing : new QueueEvent.Configured(settings) { At = now };
    }

    /// <summary>Accepts a batch of valid tasks, as long as the queue has room.</summary>
    /// <param name="open">Tasks of the queue that are not over.</param>
    public static Decision<QueueEvent> Submit(int count, int open, TaskLimits limits, DateTimeOffset now)
    {
        if (open + count > limits.MaxOpenPerQueue)
        {
            return Refusal.Of(
                RefusalKind.Overloaded,
                Codes.Overloaded,
                $"The queue has {open} open tasks, and at most {limits.MaxOpenPerQueue} are allowed (Memento:Tasks:MaxOpenPerQueue). Retry later.");
        }

        return new QueueEvent.TasksSubmitted(count) { At = now };
    }

    public static QueueState Apply(QueueState queue, QueueEvent newEvent) => newEvent switch
    {
        QueueEvent.Configured e => queue with { Settings = e.Settings },
        QueueEvent.TasksSubmitted e => queue with { Submitted = queue.Submitted + e.Count },
        _ => throw new ArgumentOutOfRangeException(nameof(newEvent), newEvent, "Unknown event."),
    };
}
