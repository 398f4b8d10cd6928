using Memento.Storage;
using static Memento.Storage.ColumnMerge;
using static Memento.Storage.ColumnType;

namespace Memento.Sessions;

/// <summary>The read models of sessions; the columns are described in the migration that makes them.</summary>
internal static class SessionTables
{
    public static readonly RowTable Session = new("session",
        new("stream_id", Number, Key),
        new("workspace", Text, Keep),
        new("session_id", Text, Keep),
        new("created_at", Number, Keep),
        new("parent_stream", Number, Keep),
        new("parent_session", Text, Keep),
        new("parent_seq", Number, Keep),
        new("metadata", Text, Keep),
        new("ttl_seconds", Number, Keep),
        new("grace_until", Number, Replace),
        new("updated_at", Number, Replace),
        new("ended", Number, Replace),
        new("state", Text, Replace),
        new("outcome", Text, Replace),
        new("agents", Text, Replace),
        new("shift", Number, Replace),
        new("occurred_from", Number, Replace),
        new("occurred_to", Number, Replace),
        new("to_working", Number, Replace),
        new("to_broken", Number, Replace),
        new("to_coordinating", Number, Replace),
        new("to_completed", Number, Replace),
        new("perf_count", Number, Replace),
        new("perf_sum", Real, Replace),
        new("perf_worst", Real, Replace));

    /// <summary>What sessions are found by that changes. The session's row says the same, but has no index over it: rows that change often stay cheap by being in no index that changes.</summary>
    public static readonly RowTable Status = new("session_status",
        new("stream_id", Number, Key), new("workspace", Text, Keep), new("created_at", Number, Keep), new("ended", Number, Replace), new("state", Text, Replace), new("outcome", Text, Replace));

    /// <summary>When an open session expires, or since when one is over.</summary>
    public static readonly RowTable Due = new("session_due",
        new("stream_id", Number, Key), new("ended", Number, Replace), new("at", Number, Replace));

    /// <summary>Which agents are or were in which sessions; newest sessions last.</summary>
    public static readonly RowTable Agent = new("session_agent",
        new("workspace", Text, Key), new("agent", Text, Key), new("created_at", Number, Key), new("stream_id", Number, Key));

    /// <summary>Which sessions touched which entities, and with what effect on performance.</summary>
    public static readonly RowTable Entity = new("session_entity",
        new("workspace", Text, Key), new("entity", Text, Key), new("created_at", Number, Key), new("stream_id", Number, Key),
        new("perf_count", Number, Add), new("perf_sum", Real, Add));

    /// <summary>Which entries of the journal have a checkpoint in them.</summary>
    public static readonly RowTable Checkpoint = new("session_checkpoint", new("stream_id", Number, Key), new("position", Number, Key));

    /// <summary>The evidence of failed checkpoints.</summary>
    public static readonly RowTable Failure = new("session_failure", new("stream_id", Number, Key), new("checkpoint_id", Text, Key), new("hash", Text, Replace));

    /// <summary>Totals of a workspace: their sums over all writers.</summary>
    public static readonly RowTable Counter = new("workspace_counter",
        new("workspace", Text, Key), new("writer", Writer, Key),
        new("sessions", Number, Add), new("ended", Number, Add), new("events", Number, Add), new("checkpoints", Number, Add), new("failure_snapshots", Number, Add));
}
