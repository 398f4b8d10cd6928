using Memento.Audit;
using Memento.Core.Coordination.Tasks;
using Memento.Storage;
using State = Memento.Core.Coordination.Tasks.TaskState;

namespace Memento.Tasks;

/// <summary>A task's stream, as the rows of read models name it.</summary>
/// <param name="Workspace">The name of the workspace.</param>
/// <param name="StreamId">The number of the task's stream.</param>
/// <param name="QueueId">The number of the stream of the task's queue.</param>
public readonly record struct TaskStreamKey(string Workspace, long StreamId, long QueueId);

/// <summary>Derives rows from a task's state and events. The rows are written in the transaction of the events.</summary>
public static class TaskStreamRows
{
    /// <summary>Returns the row of a task in a state.</summary>
    /// <param name="task">The state of a task that exists.</param>
    public static TaskStreamRow Of(State task)
    {
        var lease = task.Lease ?? task.LastAttempt?.Lease;
        return new()
        {
            Status = task.Status,
            Token = task.Token,
            DueAt = DueAt(task),
            AgentId = lease?.AgentId,
            Epoch = lease?.Epoch ?? 0,
            AssignedAt = lease?.AssignedAt,
            Attempts = task.Attempts,
            EndedAt = task.EndedAt,
        };
    }

    /// <summary>Returns the changes of read models that follow from events: for a birth, or for an append to the task's stream.</summary>
    /// <param name="key">The stream of the task.</param>
    /// <param name="firstPosition">The position of the first event.</param>
    /// <param name="before">The state before the first event.</param>
    /// <param name="events">The events, in their order.</param>
    public static IReadOnlyList<RowChange> Follow(TaskStreamKey key, long firstPosition, State before, IReadOnlyList<TaskEvent> events)
    {
        List<RowChange>? rows = null;
        for (var i = 0; i < events.Count; i++)
        {
            var after = TaskRules.Apply(before, events[i]);
            if (events[i] is TaskEvent.Submitted or TaskEvent.Imported or TaskEvent.Redriven)
            {
                foreach (var id in after.WaitsFor) (rows ??= []).Add(TaskTables.Dependent.Row(key.Workspace, id, key.StreamId));
            }

            if (events[i] is TaskEvent.StaleReportRejected stale)
            {
                (rows ??= []).Add(TaskTables.StaleReport.Row(key.QueueId, null, stale.Count));
                rows.Add(AuditRows.Of(key.Workspace, key.StreamId, firstPosition + i, stale));
            }

            if (before.Lease is { } lease && after.Lease?.Token != lease.Token)
            {
                if (WorkOf(key.Workspace, lease, after.LastAttempt!) is { } work) (rows ??= []).Add(work);
            }

            before = after;
        }

        return rows ?? [];
    }

    /// <summary>Returns when the queue looks at the task next. A ready task is due since it is ready; the time may be over.</summary>
    private static DateTimeOffset? DueAt(State task)
    {
        var due = TaskRules.DueAt(task);
        if (task.IsOver || task.Lease is not null || !task.WaitsFor.IsEmpty) return due;
        var readySince = TaskRules.ReadySince(task);
        return due < readySince ? due : readySince;
    }

    /// <summary>Returns the work that an ended attempt counts as; null = none.</summary>
    /// <param name="workspace">The name of the workspace.</param>
    /// <param name="lease">
    /// The lease before the event that ended the attempt. The duration of a completion without a start counts from the assignment.
    /// </param>
    /// <param name="attempt">The attempt that ended.</param>
    private static RowChange? WorkOf(string workspace, TaskLease lease, EndedAttempt attempt)
    {
        var (completed, failed, handedOver) = attempt.Outcome switch
        {
            AttemptOutcome.Completed => (1L, 0L, 0L),
            AttemptOutcome.Failed or AttemptOutcome.TimedOut => (0L, 1L, 0L),
            AttemptOutcome.AgentLost => (0L, lease.StartedAt is null ? 0L : 1L, 1L),
            AttemptOutcome.HandedOver => (0L, 0L, 1L),
            _ => (0L, 0L, 0L),
        };
        if (completed + failed + handedOver == 0) return null;
        var duration = completed == 1 ? attempt.EndedAt - (lease.StartedAt ?? lease.AssignedAt) : TimeSpan.Zero;
        return TaskTables.Work.Row(workspace, lease.AgentId, null, completed, failed, (long)duration.TotalMilliseconds, handedOver);
    }
}
