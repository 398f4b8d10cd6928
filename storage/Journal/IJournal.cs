namespace Memento.Storage;

/// <summary>
/// The append-only history of every stream: the one place where what happened becomes durable.
/// Positions in a stream are 1, 2, 3 … without gaps. Of two writers that append at the same position, one wins and the other is refused.
/// Failures are <see cref="MementoException"/>: <c>STALE_WRITER</c>, <c>OVERLOADED</c>, <c>STORAGE_FULL</c>, <c>DATABASE_NOT_READY</c>, <c>STORED_DATA_CORRUPTED</c>, <c>IDEMPOTENCY_KEY_REUSED</c>.
/// </summary>
public interface IJournal
{
    /// <summary>Finds a stream with its newest snapshot; null if nothing was ever appended to it.</summary>
    Task<StreamHead?> FindAsync(string stream, CancellationToken cancellationToken = default);

    /// <summary>Takes a number for a stream that is about to be created. Numbers are not reused; taking one stores nothing.</summary>
    ValueTask<long> ReserveStreamIdAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Appends entries, and everything that belongs to them, in one transaction shared with whatever else is waiting. Completes when it is durable.
    /// Several appends of one <see cref="JournalWriter"/> may be under way; they commit in the order of the calls. When one fails, all later ones of that writer fail too,
    /// and the outcome of the failed one is unknown unless the code says otherwise: forget the state, read the stream again.
    /// When too much waits already, it throws <c>OVERLOADED</c> before it returns a task; then nothing was queued and the writer can go on.
    /// </summary>
    Task AppendAsync(Append append);

    /// <summary>Entries of a stream from <paramref name="from"/> to <paramref name="to"/> (both included), at most <paramref name="limit"/>, checked against their checksums.</summary>
    /// <param name="streamId">The stream's number, from <see cref="FindAsync"/>.</param>
    /// <param name="from">First position.</param>
    /// <param name="to">Last position.</param>
    /// <param name="limit">Most entries to read.</param>
    /// <param name="kinds">Only entries of these kinds; null = all.</param>
    /// <param name="descending">Newest first.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<JournalEntry>> ReadAsync(
        long streamId, long from, long to, int limit, IReadOnlyList<string>? kinds = null, bool descending = false, CancellationToken cancellationToken = default);

    /// <summary>The newest snapshot of a stream at or before a position.</summary>
    Task<Snapshot?> FindSnapshotAsync(long streamId, long atOrBefore, CancellationToken cancellationToken = default);

    /// <summary>What was recorded under an idempotency key, or null.</summary>
    Task<IdempotencyRecord?> FindKeyAsync(string scope, string key, CancellationToken cancellationToken = default);
}

/// <summary>Where a stream stands.</summary>
/// <param name="StreamId">Its number.</param>
/// <param name="Position">Position of its newest entry.</param>
/// <param name="Snapshot">Its newest snapshot, if there is one.</param>
public sealed record StreamHead(long StreamId, long Position, Snapshot? Snapshot);

/// <summary>One entry, as read.</summary>
public readonly record struct JournalEntry(long Position, string Kind, short Version, DateTimeOffset At, ReadOnlyMemory<byte> Payload);

/// <summary>The state of a stream after the entry at <paramref name="Position"/>, as JSON.</summary>
public sealed record Snapshot(long Position, short Version, ReadOnlyMemory<byte> Payload);

/// <summary>What a request with an idempotency key was, and what it was answered.</summary>
/// <param name="Scope">What the key belongs to, e.g. a session; the same key means something else elsewhere.</param>
/// <param name="Key">The caller's key.</param>
/// <param name="RequestHash">SHA-256 of the request. The same key with another hash is a mistake of the caller.</param>
/// <param name="Response">The answer, as JSON.</param>
public sealed record IdempotencyRecord(string Scope, string Key, byte[] RequestHash, byte[] Response);
