using Npgsql;
using NpgsqlTypes;

namespace Memento.Storage;

/// <summary>
/// The statements that a writer commits with. Each takes any number of rows, as one array per column, so a commit has a handful of statements however large it is.
/// They are kept between commits; only their values are new.
/// </summary>
internal sealed class PostgreSqlStatements
{
    private const NpgsqlDbType Numbers = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
    private const NpgsqlDbType Smalls = NpgsqlDbType.Array | NpgsqlDbType.Smallint;
    private const NpgsqlDbType Reals = NpgsqlDbType.Array | NpgsqlDbType.Double;
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Binaries = NpgsqlDbType.Array | NpgsqlDbType.Bytea;

    private readonly Statement _writer = new("UPDATE journal_writer SET commit_no = $2, at = now() WHERE writer_id = $1", NpgsqlDbType.Uuid, NpgsqlDbType.Bigint);
    private readonly Statement _streams = new("INSERT INTO stream (stream_id, name) SELECT * FROM unnest($1, $2)", Numbers, Texts);

    private readonly Statement _entries = new("""
        INSERT INTO journal (stream_id, position, kind, version, at, payload, checksum, commit_xid)
        SELECT *, (SELECT pg_current_xact_id()::text::bigint) FROM unnest($1, $2, $3, $4, $5, $6, $7)
        """, Numbers, Numbers, Texts, Smalls, Numbers, Binaries, Numbers);

    private readonly Statement _snapshots = new("""
        INSERT INTO snapshot (stream_id, position, version, payload, checksum) SELECT * FROM unnest($1, $2, $3, $4, $5)
        ON CONFLICT (stream_id, position) DO UPDATE SET version = excluded.version, payload = excluded.payload, checksum = excluded.checksum
        """, Numbers, Numbers, Smalls, Binaries, Numbers);

    private readonly Statement _blobs = new(
        "INSERT INTO blob (hash, encoding, length, content) SELECT * FROM unnest($1, $2, $3, $4) ON CONFLICT DO NOTHING", Binaries, Numbers, Numbers, Binaries);

    private readonly Statement _keys = new(
        "INSERT INTO idempotency (scope, key, request_hash, response, at) SELECT * FROM unnest($1, $2, $3, $4, $5)", Texts, Texts, Binaries, Binaries, Numbers);

    private readonly Dictionary<RowTable, Statement> _upserts = [];

    /// <summary>Counts a writer's commits.</summary>
    public NpgsqlBatchCommand Writer(Guid id, long commitNo) => _writer.With(id, commitNo);

    /// <summary>What stores the appends, apart from their rows.</summary>
    public IEnumerable<NpgsqlBatchCommand> Appends(IReadOnlyList<PendingAppend> batch)
    {
        var (entries, streams, snapshots, keys) = (0, 0, 0, 0);
        List<NewBlob>? blobs = null;
        foreach (var append in batch.Select(p => p.Append))
        {
            entries += append.Entries.Count;
            if (append.CreatesStream) streams++;
            if (append.Snapshot is not null) snapshots++;
            if (append.Key is not null) keys++;
            if (append.Blobs.Count > 0) (blobs ??= []).AddRange(append.Blobs);
        }

        if (streams > 0) yield return Streams(batch, streams);
        yield return Entries(batch, entries);
        if (snapshots > 0) yield return Snapshots(batch, snapshots);
        if (blobs is not null) yield return Blobs(blobs);
        if (keys > 0) yield return Keys(batch, keys);
    }

    /// <summary>What writes or merges rows of a read model.</summary>
    public NpgsqlBatchCommand Upsert(RowTable table, IReadOnlyList<object?[]> rows)
    {
        if (!_upserts.TryGetValue(table, out var upsert))
        {
            var arrays = string.Join(", ", table.Columns.Select((_, i) => $"${i + 1}"));
            var types = table.Columns.Select(c => c.Type switch { ColumnType.Real => Reals, ColumnType.Text => Texts, _ => Numbers }).ToArray();
            _upserts.Add(table, upsert = new(table.UpsertFrom($"SELECT * FROM unnest({arrays})"), types));
        }

        var values = new object[table.Columns.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = table.Columns[i].Type switch { ColumnType.Real => Column<double?>(rows, i), ColumnType.Text => Column<string?>(rows, i), _ => Column<long?>(rows, i) };
        return upsert.With(values);
    }

    private NpgsqlBatchCommand Streams(IReadOnlyList<PendingAppend> batch, int count)
    {
        var (ids, names, n) = (new long[count], new string[count], 0);
        foreach (var pending in batch)
            if (pending.Append is { CreatesStream: true, Writer: var writer }) (ids[n], names[n++]) = (writer.StreamId, writer.Name);
        return _streams.With(ids, names);
    }

    private NpgsqlBatchCommand Entries(IReadOnlyList<PendingAppend> batch, int count)
    {
        var (ids, positions, kinds, versions) = (new long[count], new long[count], new string[count], new short[count]);
        var (times, payloads, checksums, n) = (new long[count], new byte[count][], new long[count], 0);
        foreach (var pending in batch)
        {
            var (id, position) = (pending.Append.Writer.StreamId, pending.Append.FirstPosition);
            foreach (var entry in pending.Append.Entries)
            {
                (ids[n], positions[n], kinds[n], versions[n]) = (id, position, entry.Kind, entry.Version);
                (times[n], payloads[n], checksums[n]) = (entry.At.ToStored(), entry.Payload, Checksum.Of(id, position, entry.Payload));
                (n, position) = (n + 1, position + 1);
            }
        }

        return _entries.With(ids, positions, kinds, versions, times, payloads, checksums);
    }

    private NpgsqlBatchCommand Snapshots(IReadOnlyList<PendingAppend> batch, int count)
    {
        var (ids, positions, versions, payloads, checksums, n) = (new long[count], new long[count], new short[count], new byte[count][], new long[count], 0);
        foreach (var pending in batch)
        {
            if (pending.Append is not { Snapshot: { } snapshot, Writer.StreamId: var id }) continue;
            (ids[n], positions[n], versions[n]) = (id, snapshot.Position, snapshot.Version);
            (payloads[n], checksums[n++]) = (snapshot.Payload.ToArray(), Checksum.Of(id, snapshot.Position, snapshot.Payload.Span));
        }

        return _snapshots.With(ids, positions, versions, payloads, checksums);
    }

    private NpgsqlBatchCommand Blobs(List<NewBlob> blobs)
    {
        // In order, so that writers with the same blobs do not wait for each other in a circle.
        var distinct = blobs.DistinctBy(b => Convert.ToHexString(b.Hash)).OrderBy(b => Convert.ToHexString(b.Hash), StringComparer.Ordinal).ToArray();
        var encoded = distinct.Select(b => BlobEncoding.Encode(b.Content)).ToArray();
        return _blobs.With(
            distinct.Select(b => b.Hash).ToArray(), encoded.Select(e => (long)e.Encoding).ToArray(),
            distinct.Select(b => (long)b.Content.Length).ToArray(), encoded.Select(e => e.Content).ToArray());
    }

    private NpgsqlBatchCommand Keys(IReadOnlyList<PendingAppend> batch, int count)
    {
        var (scopes, keys, hashes, responses, times, n) = (new string[count], new string[count], new byte[count][], new byte[count][], new long[count], 0);
        foreach (var pending in batch)
        {
            if (pending.Append is not { Key: { } key, Entries: var entries }) continue;
            (scopes[n], keys[n], hashes[n], responses[n], times[n++]) = (key.Scope, key.Key, key.RequestHash, key.Response, entries[0].At.ToStored());
        }

        return _keys.With(scopes, keys, hashes, responses, times);
    }

    private static T?[] Column<T>(IReadOnlyList<object?[]> rows, int column)
    {
        var values = new T?[rows.Count];
        for (var i = 0; i < values.Length; i++) values[i] = (T?)rows[i][column];
        return values;
    }

    private sealed class Statement
    {
        private readonly NpgsqlBatchCommand _command;

        public Statement(string sql, params ReadOnlySpan<NpgsqlDbType> types)
        {
            _command = new(sql);
            foreach (var type in types) _command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        }

        public NpgsqlBatchCommand With(params ReadOnlySpan<object> values)
        {
            for (var i = 0; i < values.Length; i++) _command.Parameters[i].Value = values[i];
            return _command;
        }
    }
}
