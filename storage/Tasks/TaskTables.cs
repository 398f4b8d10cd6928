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

    /// <summary>Tasks of a queue by status; the committers write it.</summary>
    internal static RowTable Counter { get; } = new("task_counter",
        new("queue_id", Number, Key), new("writer", Writer, Key),
        new("queued", Number, Add), new("assigned", Number, Add), new("running", Number, Add),
        new("completed", Number, Add), new("failed", Number, Add), new("cancelled", Number, Add));
}
