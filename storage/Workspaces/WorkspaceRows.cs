using System.Collections.Immutable;
using Memento.Audit;
using Memento.Storage;

namespace Memento.Workspaces;

/// <summary>Says which rows and blobs a workspace's facts bring.</summary>
public static class WorkspaceRows
{
    /// <summary>Values of up to this many bytes lie in their version's row. For these a row of their own, with a hash in two places, would cost more than sharing saves.</summary>
    public const int MaxInline = 1024;

    /// <summary>The rows and blobs to write together with some facts.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="streamId">Its stream.</param>
    /// <param name="seq">The workspace's seq before the facts.</param>
    /// <param name="facts">The facts.</param>
    /// <param name="runs">What the audit knows already.</param>
    public static (IReadOnlyList<RowChange> Rows, IReadOnlyList<NewBlob> Blobs) Follow(string workspace, long streamId, long seq, ImmutableArray<WorkspaceFact> facts, AuditRuns runs)
    {
        var rows = new List<RowChange>();
        List<NewBlob>? blobs = null;
        foreach (var fact in facts)
        {
            seq++;
            runs.Follow(rows, streamId, seq, fact);
            switch (fact)
            {
                case WorkspaceFact.DocumentsChanged changed:
                    foreach (var change in changed.Changes) rows.Add(Version(streamId, seq, change, ref blobs));
                    break;
                case WorkspaceFact.PointCreated p:
                    rows.Add(Point(workspace, streamId, p.RollbackPointId, seq, p.SessionId, p.ExpiresAt, p.Pinned, p.OperationId is not null, ended: 0));
                    break;
                case WorkspaceFact.PointChanged p:
                    rows.Add(Point(workspace, streamId, p.RollbackPointId, 0, null, p.ExpiresAt, p.Pinned, false, ended: 0));
                    break;
                case WorkspaceFact.PointRemoved p:
                    rows.Add(Point(workspace, streamId, p.RollbackPointId, 0, null, null, false, false, ended: 1 + (long)p.Reason));
                    break;
            }
        }

        return (rows, blobs ?? (IReadOnlyList<NewBlob>)[]);
    }

    private static RowChange Version(long streamId, long seq, DocumentChange change, ref List<NewBlob>? blobs)
    {
        var value = change.After;
        var hash = value?.Hash.ToBytes();
        var isInline = value is null || value.Content.Length <= MaxInline;
        if (!isInline) (blobs ??= []).Add(new(hash!, value!.Content));
        return WorkspaceTables.Version.Row(
            streamId, (long)change.Key.Kind, change.Key.Id, seq, change.Before?.Seq ?? 0, hash, value?.ContentType, (long)(value?.Content.Length ?? 0), isInline ? value?.Content : null);
    }

    /// <summary>A row that is there keeps what a later fact does not say.</summary>
    private static RowChange Point(string workspace, long streamId, string id, long seq, string? sessionId, DateTimeOffset? expiresAt, bool pinned, bool recovery, long ended) =>
        WorkspaceTables.Point.Row(streamId, id, seq, workspace, sessionId, expiresAt.ToStored(), pinned ? 1L : 0L, recovery ? 1L : 0L, ended);
}
