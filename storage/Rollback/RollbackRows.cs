using System.Collections.Immutable;
using System.Text.Json;
using Memento.Audit;
using Memento.Storage;
using static Memento.Storage.ColumnMerge;
using static Memento.Storage.ColumnType;

namespace Memento.Rollback;

/// <summary>Says which rows of the read models a rollback's facts change.</summary>
public static class RollbackRows
{
    private static readonly RowTable Operation = new("rollback_operation",
        new("stream_id", Number, Key), new("workspace", Text, Keep), new("operation_id", Text, Keep), new("created_at", Number, Keep), new("status", Number, Replace), new("view", Text, Replace), new("point_seq", Number, Keep));

    private static readonly RowTable Conflict = new("rollback_conflict",
        new("workspace", Text, Key), new("conflict_id", Text, Key), new("created_at", Number, Keep), new("operation_id", Text, Keep), new("status", Number, Replace), new("view", Text, Replace));

    /// <summary>The rows to write together with a fact that leads from one state to another.</summary>
    public static IReadOnlyList<RowChange> Follow(string workspace, long streamId, long position, RollbackFact fact, RollbackState before, RollbackState after)
    {
        var view = after.View!;
        var rows = new List<RowChange>
        {
            // A list does not show the lines of the log, and conflicts have rows of their own.
            Operation.Row(streamId, workspace, view.OperationId, view.CreatedAt.ToStored(), (long)view.Status, JsonSerializer.Serialize(view with { Log = [], Conflicts = [] }, MementoJson.Default.RollbackView), after.PointSeq),
            AuditRows.Of(workspace, streamId, position, fact, view.AgentId),
        };
        var known = before.Conflicts.ToImmutableDictionary(c => c.ConflictId);
        foreach (var conflict in after.Conflicts)
        {
            if (known.TryGetValue(conflict.ConflictId, out var same) && same == conflict) continue;
            rows.Add(Conflict.Row(
                workspace, conflict.ConflictId, conflict.CreatedAt.ToStored(), conflict.OperationId, (long)conflict.Status, JsonSerializer.Serialize(conflict, MementoJson.Default.ConflictView)));
        }

        return rows;
    }
}
