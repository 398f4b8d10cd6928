using System.Text.Json;
using Memento.Audit;
using Memento.Storage;
using static Memento.Storage.ColumnMerge;
using static Memento.Storage.ColumnType;

namespace Memento.Tasks;

/// <summary>How many tasks of a queue are in each status that is not the end.</summary>
public readonly record struct OpenTasks(long Queued, long Assigned, long Running)
{
    public bool Any => Queued + Assigned + Running > 0;
}

/// <summary>Says which rows a queue's facts change; the columns are described in the migration that makes them.</summary>
public static class TaskRows
{
    private static readonly RowTable Task = new("task",
        new("stream_id", Number, Key), new("number", Number, Key), new("workspace", Text, Keep), new("task_id", Text, Keep), new("session_id", Text, Keep), new("created_at", Number, Keep),
        new("state", Text, Replace), new("body", Text, Keep));

    private static readonly RowTable Status = new("task_status",
        new("stream_id", Number, Key), new("number", Number, Key), new("workspace", Text, Keep), new("created_at", Number, Keep), new("priority", Number, Keep), new("status", Number, Replace), new("agent_id", Text, Replace));

    private static readonly RowTable Result = new("task_result", new("stream_id", Number, Key), new("number", Number, Key), new("result", Text, Keep));

    private static readonly RowTable Dependency = new("task_dependency",
        new("workspace", Text, Key), new("depends_on", Text, Key), new("stream_id", Number, Key), new("number", Number, Key));

    private static readonly RowTable Work = new("task_work",
        new("workspace", Text, Key), new("agent_id", Text, Key), new("stream_id", Number, Key), new("completed", Number, Add), new("failed", Number, Add), new("duration_ms", Number, Add), new("handed_over", Number, Add));

    private static readonly RowTable Queue = new("task_queue",
        new("stream_id", Number, Key), new("workspace", Text, Keep), new("queue", Text, Keep), new("created_at", Number, Keep),
        new("queued", Number, Replace), new("assigned", Number, Replace), new("running", Number, Replace), new("state", Text, Replace));

    private static readonly RowTable Open = new("task_queue_open", new("stream_id", Number, Key), new("workspace", Text, Keep), new("queue", Text, Keep), new("is_open", Number, Replace));

    /// <summary>The row that says whether a queue has, or may soon have, tasks that are not over.</summary>
    public static RowChange Mark(GrainKey key, long streamId, bool isOpen) => Open.Row(streamId, key.Workspace, key.Id, isOpen ? 1L : 0);

    /// <summary>The rows to write together with a fact.</summary>
    /// <param name="key">Workspace and name of the queue.</param>
    /// <param name="streamId">Its journal stream.</param>
    /// <param name="position">The fact's place in it.</param>
    /// <param name="fact">What happened.</param>
    /// <param name="after">The queue then.</param>
    /// <param name="open">Its open tasks then.</param>
    public static IReadOnlyList<RowChange> Follow(GrainKey key, long streamId, long position, QueueFact fact, QueueState after, OpenTasks open)
    {
        var rows = new List<RowChange> { Queue.Row(streamId, key.Workspace, key.Id, fact.At.ToStored(), open.Queued, open.Assigned, open.Running, JsonSerializer.Serialize(after, MementoJson.Default.QueueState)) };
        if (fact is not QueueFact.TasksChanged changed) return rows;
        if (changed.Change is TaskChange.Refused) rows.Add(AuditRows.Of(key.Workspace, streamId, position, changed));
        foreach (var row in changed.Rows)
        {
            var s = row.State;
            var created = s.CreatedAt.ToStored();
            rows.Add(Task.Row(streamId, s.Number, key.Workspace, s.TaskId, s.SessionId, created, JsonSerializer.Serialize(s, MementoJson.Default.TaskState), TaskBody.Of(row.Submitted) is { } body ? JsonSerializer.Serialize(body, MementoJson.Default.TaskBody) : null));
            rows.Add(Status.Row(streamId, s.Number, key.Workspace, created, (long)s.Priority, (long)s.Status, s.History is [.., var last] ? last.AgentId : null));
            if (row.Result is { } result) rows.Add(Result.Row(streamId, s.Number, result.Text));
            if (row.Submitted is not null)
                foreach (var id in s.DependsOn) rows.Add(Dependency.Row(key.Workspace, id, streamId, s.Number));
            if (row.Ended is { Outcome: { } outcome } ended) AddWork(rows, key.Workspace, streamId, ended, outcome);
        }

        return rows;
    }

    private static void AddWork(List<RowChange> rows, string workspace, long streamId, TaskAttempt ended, AttemptOutcome outcome)
    {
        var (completed, failed, handedOver) = outcome switch
        {
            AttemptOutcome.Completed => (1L, 0L, 0L),
            AttemptOutcome.Failed or AttemptOutcome.TimedOut => (0L, 1L, 0L),
            AttemptOutcome.AgentLost => (0L, ended.StartedAt is null ? 0L : 1L, 1L),
            AttemptOutcome.HandedOver => (0L, 0L, 1L),
            _ => (0L, 0L, 0L),
        };
        if (completed + failed + handedOver == 0) return;
        var duration = completed == 1 ? (long)(ended.EndedAt!.Value - (ended.StartedAt ?? ended.AssignedAt)).TotalMilliseconds : 0;
        rows.Add(Work.Row(workspace, ended.AgentId, streamId, completed, failed, duration, handedOver));
    }
}
