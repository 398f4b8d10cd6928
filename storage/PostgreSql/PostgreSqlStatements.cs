using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;
using static Memento.Storage.ArrayTypes;

namespace Memento.Storage;

/// <summary>
/// The statement that a writer commits with. A commit is one statement, however much is in it: its parts are common table expressions, each of which takes any number of rows
/// as one array per column. Several statements would be as atomic, but Npgsql hands all after the first to the thread pool, where they wait behind everything else.
/// What a commit consists of varies little, so statements are kept by the parts that they have.
/// </summary>
/// <param name="writer">The writer's number, which spreads counters.</param>
internal sealed partial class PostgreSqlStatements(int writer)
{
    private static readonly Part Writer = new("w",
        "UPDATE journal_writer SET commit_no = $2, commit_xid = pg_current_xact_id()::text::bigint, at = now() WHERE writer_id = $1",
        NpgsqlDbType.Uuid, NpgsqlDbType.Bigint);
    private static readonly Part Streams = new("s", "INSERT INTO stream (stream_id, name) SELECT * FROM unnest($1, $2)", Numbers, Texts);

    private static readonly Part Entries = new("e", """
        INSERT INTO journal (stream_id, position, kind, version, at, payload, checksum, commit_xid)
        SELECT *, (SELECT pg_current_xact_id()::text::bigint) FROM unnest($1, $2, $3, $4, $5, $6, $7)
        """, Numbers, Numbers, Texts, Smalls, Numbers, Binaries, Numbers);

    private static readonly Part Snapshots = new("n", """
        INSERT INTO snapshot (stream_id, position, version, payload, checksum) SELECT * FROM unnest($1, $2, $3, $4, $5)
        ON CONFLICT (stream_id, position) DO UPDATE SET version = excluded.version, payload = excluded.payload, checksum = excluded.checksum
        """, Numbers, Numbers, Smalls, Binaries, Numbers);

    // The lock, shared, is held until the commit: whoever removes blobs waits, and then sees what refers to them.
    private static readonly Part Blobs = new("b", $"""
        INSERT INTO blob (hash, encoding, length, content) SELECT * FROM unnest($1, $2, $3, $4)
        WHERE (SELECT true FROM pg_advisory_xact_lock_shared({PostgreSqlDatabase.BlobLock})) ON CONFLICT DO NOTHING
        """, Binaries, Numbers, Numbers, Binaries);

    private static readonly Part Keys = new("k",
        "INSERT INTO idempotency (scope, key, request_hash, response, at) SELECT * FROM unnest($1, $2, $3, $4, $5)", Texts, Texts, Binaries, Binaries, Numbers);

    private readonly Dictionary<RowTable, Part> _upserts = [];
    private readonly Dictionary<string, NpgsqlCommand> _commands = [];
    private readonly List<(Part Part, object[] Values)> _parts = [];
    private readonly PostgreSqlTaskParts _tasks = new(writer);

    /// <summary>The command that stores a batch, to be executed before the next one is asked for.</summary>
    public NpgsqlCommand Commit(Guid writerId, long commitNo, IReadOnlyList<PendingAppend> batch, RowBatch rows)
    {
        _parts.Clear();
        Add(Writer, writerId, commitNo);
        AddAppends(batch);
        foreach (var (table, changes) in rows.InOrder()) AddUpsert(table, changes);
        var result = _tasks.AddTo(_parts, batch);

        var shape = string.Join(' ', _parts.Select(p => p.Part.Shape));
        if (!_commands.TryGetValue(shape, out var command)) _commands.Add(shape, command = Compose(_parts.Select(p => p.Part), result));
        var n = 0;
        foreach (var (_, values) in _parts)
            foreach (var value in values) command.Parameters[n++].Value = value;
        return command;
    }

    /// <summary>Lets go of what a command stored. The command is kept for the next batch like it, which may be long in coming. Npgsql has to look the types up again then, so it is for large ones.</summary>
    public static void Release(NpgsqlCommand command)
    {
        foreach (NpgsqlParameter parameter in command.Parameters) parameter.Value = null;
    }

    private static NpgsqlCommand Compose(IEnumerable<Part> parts, string result)
    {
        var (command, sql) = (new NpgsqlCommand(), new StringBuilder("WITH "));
        foreach (var part in parts)
        {
            var offset = command.Parameters.Count;
            sql.Append(offset == 0 ? "" : ", ").Append(part.Name).Append(" AS (")
                .Append(Placeholder().Replace(part.Sql, m => $"${int.Parse(m.ValueSpan[1..], null) + offset}")).Append(")\n");
            foreach (var type in part.Types) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        }

#pragma warning disable CA2100 // put together from literals of this project; values are parameters
        command.CommandText = sql.Append(result).ToString();
#pragma warning restore CA2100
        return command;
    }

    private void AddAppends(IReadOnlyList<PendingAppend> batch)
    {
        var (entries, streams, snapshots, keys) = (0, 0, 0, 0);
        List<NewBlob>? blobs = null;
        foreach (var pending in batch)
        {
            var append = pending.Append;
            if (append.Task is not null) continue;
            entries += append.Entries.Count;
            if (append.CreatesStream) streams++;
            if (append.Snapshot is not null) snapshots++;
            if (append.Key is not null) keys++;
            if (append.Blobs.Count > 0) (blobs ??= []).AddRange(append.Blobs);
        }

        if (streams > 0) AddStreams(batch, streams);
        if (entries > 0) AddEntries(batch, entries);
        if (snapshots > 0) AddSnapshots(batch, snapshots);
        if (blobs is not null) AddBlobs(blobs);
        if (keys > 0) AddKeys(batch, keys);
    }

    private void AddUpsert(RowTable table, IReadOnlyList<object?[]> rows)
    {
        if (!_upserts.TryGetValue(table, out var upsert))
        {
            var arrays = string.Join(", ", table.Columns.Select((_, i) => $"${i + 1}"));
            _upserts.Add(table, upsert = new($"r_{table.Name}", table.UpsertFrom($"SELECT * FROM unnest({arrays})"), TypesOf(table)));
        }

        var values = new object[table.Columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ColumnOf(table, rows, i);
        }

        Add(upsert, values);
    }

    private void AddStreams(IReadOnlyList<PendingAppend> batch, int count)
    {
        var (ids, names, n) = (new long[count], new string[count], 0);
        foreach (var pending in batch)
            if (pending.Append is { CreatesStream: true, Writer: var writer }) (ids[n], names[n++]) = (writer.StreamId, writer.Name);
        Add(Streams, ids, names);
    }

    private void AddEntries(IReadOnlyList<PendingAppend> batch, int count)
    {
        var (ids, positions, kinds, versions) = (new long[count], new long[count], new string[count], new short[count]);
        var (times, payloads, checksums, n) = (new long[count], new byte[count][], new long[count], 0);
        foreach (var pending in batch)
        {
            if (pending.Append.Task is not null) continue;
            var (id, position) = (pending.Append.Writer.StreamId, pending.Append.FirstPosition);
            foreach (var entry in pending.Append.Entries)
            {
                (ids[n], positions[n], kinds[n], versions[n]) = (id, position, entry.Kind, entry.Version);
                (times[n], payloads[n], checksums[n]) = (entry.At.ToStored(), entry.Payload, Checksum.Of(id, position, entry.Payload));
                (n, position) = (n + 1, position + 1);
            }
        }

        Add(Entries, ids, positions, kinds, versions, times, payloads, checksums);
    }

    private void AddSnapshots(IReadOnlyList<PendingAppend> batch, int count)
    {
        var (ids, positions, versions, payloads, checksums, n) = (new long[count], new long[count], new short[count], new byte[count][], new long[count], 0);
        foreach (var pending in batch)
        {
            if (pending.Append is not { Task: null, Snapshot: { } snapshot, Writer.StreamId: var id }) continue;
            (ids[n], positions[n], versions[n]) = (id, snapshot.Position, snapshot.Version);
            (payloads[n], checksums[n++]) = (snapshot.Payload.ToArray(), Checksum.Of(id, snapshot.Position, snapshot.Payload.Span));
        }

        Add(Snapshots, ids, positions, versions, payloads, checksums);
    }

    private void AddBlobs(List<NewBlob> blobs)
    {
        // In order, so that writers with the same blobs do not wait for each other in a circle.
        var distinct = blobs.DistinctBy(b => Convert.ToHexString(b.Hash)).OrderBy(b => Convert.ToHexString(b.Hash), StringComparer.Ordinal).ToArray();
        var encoded = distinct.Select(b => BlobEncoding.Encode(b.Content)).ToArray();
        Add(Blobs,
            distinct.Select(b => b.Hash).ToArray(), encoded.Select(e => (long)e.Encoding).ToArray(),
            distinct.Select(b => (long)b.Content.Length).ToArray(), encoded.Select(e => e.Content).ToArray());
    }

    private void AddKeys(IReadOnlyList<PendingAppend> batch, int count)
    {
        var (scopes, keys, hashes, responses, times, n) = (new string[count], new string[count], new byte[count][], new byte[count][], new long[count], 0);
        foreach (var pending in batch)
        {
            if (pending.Append is not { Key: { } key, Entries: var entries }) continue;
            (scopes[n], keys[n], hashes[n], responses[n], times[n++]) = (key.Scope, key.Key, key.RequestHash, key.Response, entries[0].At.ToStored());
        }

        Add(Keys, scopes, keys, hashes, responses, times);
    }

    private void Add(Part part, params object[] values) => _parts.Add((part, values));

    [GeneratedRegex(@"\$\d+")]
    private static partial Regex Placeholder();
}
