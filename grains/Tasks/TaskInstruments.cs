using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Memento.Tasks;

/// <summary>What queues measure: each change of a task once, when it is durable. Meter <see cref="Telemetry.Name"/>.</summary>
internal sealed class TaskInstruments
{
    private static readonly InstrumentAdvice<double> Times = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200] };

    private readonly ConcurrentDictionary<object, Func<OpenTasks>> _queues = new(ReferenceEqualityComparer.Instance);
    private readonly Counter<long> _submitted;
    private readonly Counter<long> _assigned;
    private readonly Counter<long> _completed;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _cancelled;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _timedOut;
    private readonly Counter<long> _notStarted;
    private readonly Counter<long> _handoffs;
    private readonly Counter<long> _staleCalls;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _duration;

    public TaskInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(Telemetry.Name);
        _submitted = Tasks("submitted", "Tasks submitted.");
        _assigned = Tasks("assigned", "Times that a task was given to an agent.");
        _completed = Tasks("completed", "Tasks completed.");
        _failed = Tasks("failed", "Tasks failed for good.");
        _cancelled = Tasks("cancelled", "Tasks cancelled.");
        _retried = Tasks("retried", "Attempts that failed and are followed by another.");
        _lost = Tasks("lost", "Times that a task was taken from an agent that died, was removed or began anew.");
        _timedOut = Tasks("timed_out", "Attempts whose time was up.");
        _notStarted = Tasks("not_started", "Times that a task was taken from an agent that did not begin it.");
        _handoffs = Tasks("handoffs", "Times that a task went to another agent together with its session.");
        _staleCalls = meter.CreateCounter<long>("memento.tasks.stale_calls", "{call}", "Calls refused because their token was stale.");
        _wait = meter.CreateHistogram("memento.tasks.wait", "s", "Time from being queued to being given to an agent.", advice: Times);
        _duration = meter.CreateHistogram("memento.tasks.duration", "s", "Time from the start of the last attempt to the completion.", advice: Times);
        meter.CreateObservableUpDownCounter("memento.tasks.open", CountOpen, "{task}", "Tasks that are not over, of the queues on this silo.");

        Counter<long> Tasks(string what, string about) => meter.CreateCounter<long>($"memento.tasks.{what}", "{task}", about);
    }

    /// <summary>Counts a queue's open tasks whenever somebody asks, from whichever thread, until it is forgotten.</summary>
    public void Follow(object queue, Func<OpenTasks> open) => _queues[queue] = open;

    public void Forget(object queue) => _queues.TryRemove(queue, out _);

    /// <summary>A change is durable.</summary>
    public void Record(QueueFact.TasksChanged changed)
    {
        switch (changed.Change)
        {
            case TaskChange.Submitted: _submitted.Add(changed.Rows.Length); return;
            case TaskChange.Assigned: _assigned.Add(changed.Rows.Length); break;
            case TaskChange.Completed: _completed.Add(changed.Rows.Length); break;
            case TaskChange.Failed: _failed.Add(changed.Rows.Length); break;
            case TaskChange.Cancelled: _cancelled.Add(changed.Rows.Length); return;
            case TaskChange.Retried: _retried.Add(changed.Rows.Length); return;
            case TaskChange.Refused: _staleCalls.Add(changed.Rows.Length); return;
            case TaskChange.Requeued: break;
            default: return;
        }

        foreach (var row in changed.Rows) Record(row);
    }

    private void Record(in TaskRow row)
    {
        if (row.State is { Status: WorkStatus.Assigned, Current: { } current }) _wait.Record((current.AssignedAt - row.State.QueuedAt).TotalSeconds);
        else if (row.Ended is { } ended)
        {
            switch (ended.Outcome)
            {
                case AttemptOutcome.Completed: _duration.Record(((ended.EndedAt ?? ended.AssignedAt) - (ended.StartedAt ?? ended.AssignedAt)).TotalSeconds); break;
                case AttemptOutcome.AgentLost: _lost.Add(1); break;
                case AttemptOutcome.TimedOut: _timedOut.Add(1); break;
                case AttemptOutcome.NotStarted: _notStarted.Add(1); break;
                case AttemptOutcome.HandedOver: _handoffs.Add(1); break;
            }
        }
    }

    private IEnumerable<Measurement<long>> CountOpen()
    {
        var (queued, assigned, running) = (0L, 0L, 0L);
        foreach (var (_, count) in _queues)
        {
            var open = count();
            (queued, assigned, running) = (queued + open.Queued, assigned + open.Assigned, running + open.Running);
        }

        return [With(queued, "queued"), With(assigned, "assigned"), With(running, "running")];

        static Measurement<long> With(long count, string status) => new(count, new KeyValuePair<string, object?>("memento.task.status", status));
    }
}
