using Memento.Rollback;
using Memento.Storage;
using Memento.Workspaces;
using static Memento.Storage.ColumnMerge;
using static Memento.Storage.ColumnType;

namespace Memento.Audit;

/// <summary>Says where in the journals an entry can be found again. The journals themselves are the audit.</summary>
public static class AuditRows
{
    /// <summary>A run of entries of a workspace's journal, 1,024 of them, is what an index row stands for. Stored; must not change.</summary>
    internal const int RunBits = 10;

    private static readonly RowTable Run = new("audit_run", new("stream_id", Number, Key), new("label", Text, Key), new("run", Number, Key));

    private static readonly RowTable Rollback = new("audit_rollback",
        new("stream_id", Number, Key), new("position", Number, Key), new("workspace", Text, Keep), new("at", Number, Keep), new("agent_id", Text, Keep));

    /// <summary>The rows of an entry of a workspace's journal. All but the first of a run are there already.</summary>
    public static IEnumerable<RowChange> Of(long streamId, long seq, WorkspaceFact fact) => AuditTrail.LabelsOf(fact).Select(label => Run.Row(streamId, label, seq >> RunBits));

    /// <summary>The row of an entry of a rollback's journal.</summary>
    public static RowChange Of(string workspace, long streamId, long position, RollbackFact fact, string? requestedBy) =>
        Rollback.Row(streamId, position, workspace, fact.At.ToStored(), AuditTrail.AgentOf(fact, requestedBy));
}
