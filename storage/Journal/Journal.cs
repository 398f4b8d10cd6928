using System.Data.Common;
using System.Globalization;

namespace Memento.Storage;

/// <summary>The journal over one database: appends go through the group commit, reads go straight to the tables.</summary>
internal sealed class Journal(IDatabase database, GroupCommit commits) : IJournal, IDisposable
{
    private readonly SemaphoreSlim _reserving = new(1, 1);
    private readonly Lock _block = new();
    private long _next;
    private long _end;

    public Task AppendAsync(Append append) => commits.AppendAsync(append);

    public async ValueTask<long> ReserveStreamIdAsync(CancellationToken cancellationToken)
    {
        if (TryTake(out var id)) return id;
        await _reserving.WaitAsync(cancellationToken);
        try
        {
            if (TryTake(out id)) return id;
            var (first, count) = await database.ReserveStreamIdsAsync(cancellationToken);
            lock (_block) (_next, _end) = (first + 1, first + count);
            return first;
        }
        finally
        {
            _reserving.Release();
        }
    }

    public Task<StreamHead?> FindAsync(string stream, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("""
            SELECT s.stream_id, coalesce((SELECT max(j.position) FROM journal j WHERE j.stream_id = s.stream_id), 0)
            FROM stream s WHERE s.name = @name
            """, ("name", stream));
        long id, position;
        using (var reader = await command.ExecuteReaderAsync(token))
        {
            if (!await reader.ReadAsync(token)) return null;
            (id, position) = (reader.GetInt64(0), reader.GetInt64(1));
        }

        return new StreamHead(id, position, await FindSnapshotAsync(connection, id, position, token));
    }, cancellationToken);

    public Task<Snapshot?> FindSnapshotAsync(long streamId, long atOrBefore, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => FindSnapshotAsync(connection, streamId, atOrBefore, token), cancellationToken);

    public Task<IReadOnlyList<JournalEntry>> ReadAsync(
        long streamId, long from, long to, int limit, IReadOnlyList<string>? kinds, bool descending, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var filter = kinds is null ? "" : $" AND kind IN ({string.Join(", ", kinds.Select((_, i) => $"@kind{i}"))})";
        // The limit stands in the text, because PostgreSQL plans for the worst when it does not know it; callers use few different ones.
        using var command = connection.Command(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT position, kind, version, at, payload, checksum FROM journal
            WHERE stream_id = @stream AND position >= @from AND position <= @to{filter} ORDER BY position {(descending ? "DESC" : "ASC")} LIMIT {limit}
            """), ("stream", streamId), ("from", from), ("to", to));
        for (var i = 0; i < kinds?.Count; i++) command.Add($"kind{i}", kinds[i]);

        var entries = new List<JournalEntry>(Math.Min(limit, 1_000));
        using var reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token)) entries.Add(ReadEntry(reader, streamId));
        return (IReadOnlyList<JournalEntry>)entries;
    }, cancellationToken);

    public Task<IdempotencyRecord?> FindKeyAsync(string scope, string key, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("SELECT request_hash, response FROM idempotency WHERE scope = @scope AND key = @key", ("scope", scope), ("key", key));
        using var reader = await command.ExecuteReaderAsync(token);
        return await reader.ReadAsync(token) ? new IdempotencyRecord(scope, key, reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1)) : null;
    }, cancellationToken);

    public void Dispose() => _reserving.Dispose();

    private bool TryTake(out long id)
    {
        lock (_block)
        {
            id = _next;
            if (_next >= _end) return false;
            _next++;
            return true;
        }
    }

    /// <summary>Reads position, kind, version, time, payload and checksum from six columns.</summary>
    internal static JournalEntry ReadEntry(DbDataReader reader, long streamId, int column = 0)
    {
        var position = reader.GetInt64(column);
        var payload = reader.GetFieldValue<byte[]>(column + 4);
        Checksum.Check("Entry", streamId, position, payload, reader.GetInt64(column + 5));
        return new(position, reader.GetString(column + 1), (short)reader.GetInt32(column + 2), reader.GetInt64(column + 3).ToTime(), payload);
    }

    private static async Task<Snapshot?> FindSnapshotAsync(DbConnection connection, long streamId, long atOrBefore, CancellationToken token)
    {
        // A snapshot only saves replaying. A damaged one is passed over: the entries behind an older one say the same.
        while (true)
        {
            using var command = connection.Command(
                "SELECT position, version, payload, checksum FROM snapshot WHERE stream_id = @stream AND position <= @at ORDER BY position DESC LIMIT 1",
                ("stream", streamId), ("at", atOrBefore));
            using var reader = await command.ExecuteReaderAsync(token);
            if (!await reader.ReadAsync(token)) return null;
            var position = reader.GetInt64(0);
            var payload = reader.GetFieldValue<byte[]>(2);
            if (Checksum.Of(streamId, position, payload) == reader.GetInt64(3)) return new Snapshot(position, (short)reader.GetInt32(1), payload);
            atOrBefore = position - 1;
        }
    }
}
