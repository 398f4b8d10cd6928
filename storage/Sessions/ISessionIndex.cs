using System.Collections.Immutable;

namespace Memento.Sessions;

/// <summary>Lists and aggregates of sessions, from indexed tables. Everything that was acknowledged is in them.</summary>
public interface ISessionIndex
{
    /// <summary>Newest first. <paramref name="now"/> decides which have expired.</summary>
    Task<Page<SessionView>> ListAsync(string workspace, SessionQuery query, DateTimeOffset now, CancellationToken cancellationToken = default);

    Task<SessionStats> GetStatsAsync(string workspace, long storageBytes, CancellationToken cancellationToken = default);

    Task<SessionAggregates> AggregateAsync(string workspace, ImmutableArray<string> entityIds, CancellationToken cancellationToken = default);

    /// <summary>The newest checkpoints that cover an entity, among the newest sessions that touched it.</summary>
    Task<ImmutableArray<Anchor>> GetAnchorsAsync(string workspace, string entityId, CancellationToken cancellationToken = default);

    /// <summary>A session's checkpoints, newest first.</summary>
    Task<Page<SessionCheckpoint>> GetCheckpointsAsync(long streamId, int limit, string? cursor, CancellationToken cancellationToken = default);

    /// <summary>The blob with the evidence that was put aside at a checkpoint, or null.</summary>
    Task<byte[]?> FindFailureAsync(long streamId, string checkpointId, CancellationToken cancellationToken = default);

    /// <summary>Sessions whose row says that their time is up, but for the first <paramref name="skip"/>; ask each before believing it.</summary>
    Task<IReadOnlyList<GrainKey>> GetDueAsync(DateTimeOffset now, int skip, int limit, CancellationToken cancellationToken = default);

    /// <summary>Removes the history of sessions that ended before a time and have no forks, and idempotency keys older than a time. Answers how many sessions it removed, at most <paramref name="limit"/>.</summary>
    Task<int> TrimAsync(DateTimeOffset expiredBefore, DateTimeOffset deletedBefore, DateTimeOffset keysBefore, int limit, CancellationToken cancellationToken = default);
}
