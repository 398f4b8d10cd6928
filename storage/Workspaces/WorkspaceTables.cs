using Memento.Storage;
using static Memento.Storage.ColumnMerge;
using static Memento.Storage.ColumnType;

namespace Memento.Workspaces;

/// <summary>The tables of workspaces; the columns are described in the migration that makes them.</summary>
internal static class WorkspaceTables
{
    public static readonly RowTable Version = new("document_version",
        new("stream_id", Number, Key),
        new("kind", Number, Key),
        new("id", Text, Key),
        new("seq", Number, Key),
        new("previous", Number, Keep),
        new("hash", Binary, Keep),
        new("content_type", Text, Keep),
        new("length", Number, Keep),
        new("value", Binary, Keep));

    public static readonly RowTable Point = new("rollback_point",
        new("stream_id", Number, Key),
        new("point_id", Text, Key),
        new("seq", Number, Keep),
        new("workspace", Text, Keep),
        new("session_id", Text, Keep),
        new("expires_at", Number, Replace),
        new("pinned", Number, Replace),
        new("recovery", Number, Keep),
        new("ended", Number, Replace));
}
