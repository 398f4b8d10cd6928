using Memento.Rollback;
using Memento.Storage;
using static Memento.Storage.ColumnMerge;
using static Memento.Storage.ColumnType;

namespace Memento.Audit;

/// <summary>Says where in a rollback's journal an entry can be found again.</summary>
internal static class AuditRows
{
    private static readonly RowTable Rollback = new("audit_rollback",
        new("stream_id", Number, Key), new("position", Number, Key), new("workspace", Text, Keep), new("at", Number, Keep), new("agent_id", Text, Keep));

    public static RowChange Of(string workspace, long streamId, long position, RollbackFact fact, string? requestedBy) =>
        Rollback.Row(streamId, position, workspace, fact.At.ToStored(), AuditTrail.AgentOf(fact, requestedBy));
}
