using Memento.Core.Coordination.Tasks;
using Memento.Rollback;
using Memento.Storage;
using Memento.Tasks;
using static Memento.Storage.ColumnMerge;
using static Memento.Storage.ColumnType;

namespace Memento.Audit;

/// <summary>Says where in the journal of a rollback, a queue, a task or merge policies an entry can be found again.</summary>
internal static class AuditRows
{
    private static readonly RowTable Entry = new("audit_entry",
        new("stream_id", Number, Key), new("position", Number, Key), new("workspace", Text, Keep), new("at", Number, Keep), new("agent_id", Text, Keep));

    public static RowChange Of(string workspace, long streamId, long position, RollbackFact fact, string? requestedBy) =>
        Entry.Row(streamId, position, workspace, fact.At.ToStored(), AuditTrail.AgentOf(fact, requestedBy));

    public static RowChange Of(string workspace, long streamId, long position, QueueFact.TasksChanged refused) =>
        Entry.Row(streamId, position, workspace, refused.At.ToStored(), refused.AgentId);

    public static RowChange Of(string workspace, long streamId, long position, TaskEvent.StaleReportRejected refused) =>
        Entry.Row(streamId, position, workspace, refused.At.ToStored(), refused.Last.AgentId);

    public static RowChange Of(string workspace, long streamId, MergePoliciesChanged changed) =>
        Entry.Row(streamId, changed.Version, workspace, changed.At.ToStored(), changed.AgentId);
}
