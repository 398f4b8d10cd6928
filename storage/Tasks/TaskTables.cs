using Memento.Storage;
using static Memento.Storage.ColumnMerge;
using static Memento.Storage.ColumnType;

namespace Memento.Tasks;

/// <summary>Read models of task streams; the columns are described in the migration that makes them.</summary>
public static class TaskTables
{
    /// <summary>The unmet dependencies of tasks.</summary>
    public static RowTable Dependent { get; } = new("task_dependent", new("workspace", Text, Key), new("depends_on", Text, Key),
        new("stream_id", Number, Key));

    /// <summary>The work of agents. The last part of the key is the number of the writer, so that no writer waits for another.</summary>
    public static RowTable Work { get; } = new("task_work",
        new("workspace", Text, Key), new("agent_id", Text, Key), new("stream_id", Writer, Key),
        new("completed", Number, Add), new("failed", Number, Add), new("duration_ms", Number, Add), new("handed_over", Number, Add));

    /// <summary>Reports that were refused because of their token, by queue.</summary>
    public static RowTable StaleReport { get; } = new("task_stale_report",
        new("queue_id", Number, Key), new("writer", Writer, Key), new("rejected", Number, Add));

    /// <summary>The queues; the columns for numbers of tasks are of an older form, and stay 0.</summary>
    internal static RowTable Queue { get; } = new("task_queue",
        new("stream_id", Number, Key), new("workspace", Text, Keep), new("queue", Text, Keep), new("created_at", Number, Keep),
        new("queued", Number, Keep), new("assigned", Number, Keep), new("running", Number, Keep), new("state", Text, Replace));

    /// <summary>Tasks of a queue by status; the committers write it.</summary>
    internal static RowTable Counter { get; } = new("task_counter",
        new("queue_id", Number, Key), new("writer", Writer, Key),
        new("queued", Number, Add), new("assigned", Number, Add), new("running", Number, Add),
        new("completed", Number, Add), new("failed", Number, Add), new("cancelled", Number, Add));
}
