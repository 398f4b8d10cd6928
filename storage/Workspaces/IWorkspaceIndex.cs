using System.Collections.Immutable;

namespace Memento.Workspaces;

/// <summary>Reads documents and rollback points, of now and of any earlier moment. Values are checked against their hash: <c>SNAPSHOT_CORRUPTED</c> names the one that is not what was stored.</summary>
public interface IWorkspaceIndex
{
    /// <summary>The newest version at or before <paramref name="at"/> of each document that has one.</summary>
    Task<IReadOnlyList<DocumentVersion>> FindAsync(long streamId, IReadOnlyCollection<DocumentKey> keys, long at = long.MaxValue, CancellationToken cancellationToken = default);

    /// <summary>The same, with their values; a deletion has none.</summary>
    Task<IReadOnlyList<(DocumentVersion Version, DocumentValue? Value)>> ReadAtAsync(long streamId, IReadOnlyCollection<DocumentKey> keys, long at = long.MaxValue, CancellationToken cancellationToken = default);

    /// <summary>The values of versions that are not deletions, in the same order.</summary>
    Task<IReadOnlyList<DocumentValue>> ReadValuesAsync(long streamId, IReadOnlyList<DocumentVersion> versions, CancellationToken cancellationToken = default);

    /// <summary>Documents that existed at <paramref name="at"/>, by kind and id.</summary>
    /// <param name="streamId">The workspace's stream.</param>
    /// <param name="kind">Only these.</param>
    /// <param name="prefix">Only ids that begin so.</param>
    /// <param name="after">Only those behind this one.</param>
    /// <param name="limit">Most answers.</param>
    /// <param name="at">Seq of the moment.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<DocumentVersion>> ListAsync(
        long streamId, DocumentKind? kind, string? prefix, DocumentKey? after, int limit, long at = long.MaxValue, CancellationToken cancellationToken = default);

    /// <summary>The versions of a document below a seq, newest first.</summary>
    Task<IReadOnlyList<DocumentVersion>> GetHistoryAsync(long streamId, DocumentKey key, long before, int limit, CancellationToken cancellationToken = default);

    /// <summary>Hands out every version with <paramref name="after"/> &lt; seq ≤ <paramref name="upTo"/>, in order of seq.</summary>
    Task ScanAsync(long streamId, long after, long upTo, Action<DocumentVersion> next, CancellationToken cancellationToken = default);

    /// <summary>Who made the changes with these numbers, when and why.</summary>
    Task<IReadOnlyDictionary<long, Change>> GetChangesAsync(long streamId, IReadOnlyCollection<long> seqs, CancellationToken cancellationToken = default);

    /// <summary>A point, or null if it never was or is gone. One that expired a moment ago may still be found.</summary>
    Task<RollbackPoint?> FindPointAsync(long streamId, string pointId, CancellationToken cancellationToken = default);

    /// <summary>Why a point is gone, or null if it is not or never was.</summary>
    Task<PointEnd?> FindPointEndAsync(long streamId, string pointId, CancellationToken cancellationToken = default);

    /// <summary>Points below a seq, newest first.</summary>
    Task<IReadOnlyList<RollbackPoint>> ListPointsAsync(long streamId, string? sessionId, long before, int limit, CancellationToken cancellationToken = default);

    /// <summary>What the limits of points count. <paramref name="most"/>: how many of the oldest to name.</summary>
    Task<ExistingPoints> GetExistingPointsAsync(long streamId, string? sessionId, int most, CancellationToken cancellationToken = default);

    /// <summary>Takes back the space of versions that no moment after <paramref name="upTo"/>, no rollback point and no rollback that is not over sees.</summary>
    Task<CompactionReport> CompactAsync(string workspace, long streamId, long upTo, bool dryRun, CancellationToken cancellationToken = default);

    /// <summary>The newest change at or before a time; 0 if there is none.</summary>
    Task<long> FindSeqAsync(long streamId, DateTimeOffset at, CancellationToken cancellationToken = default);

    /// <summary>Names of workspaces behind a name, in order.</summary>
    Task<IReadOnlyList<string>> ListWorkspacesAsync(string after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Points of any workspace whose time is up, but for the first <paramref name="skip"/>.</summary>
    Task<IReadOnlyList<GrainKey>> GetDuePointsAsync(DateTimeOffset now, int skip, int limit, CancellationToken cancellationToken = default);

    /// <summary>Where the newest active sessions of a workspace stand.</summary>
    Task<ImmutableArray<SessionPosition>> GetSessionPositionsAsync(string workspace, int limit, CancellationToken cancellationToken = default);
}
