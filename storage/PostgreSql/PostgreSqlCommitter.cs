using Npgsql;
using NpgsqlTypes;

namespace Memento.Storage;

/// <summary>
/// Writes batches to PostgreSQL, each as one pipelined round trip and one transaction.
/// Each commit carries its writer's number, so that after a lost connection the writer can find out whether its last commit arrived.
/// </summary>
internal sealed class PostgreSqlCommitter(NpgsqlDataSource source) : ICommitter
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly Guid _writerId = Guid.CreateVersion7();
    private readonly RowBatch _rows = new();
    private readonly ManualResetEventSlim _never = new();
    private NpgsqlConnection? _connection;
    private long _commitNo;

    public void Commit(IReadOnlyList<PendingAppend> batch, bool again)
    {
        if (again && Arrived()) return;
        if (!again) _commitNo++;

        var connection = Connect();
        _rows.Clear();
        using var commands = connection.CreateBatch();
        Add(commands, "UPDATE journal_writer SET commit_no = $2, at = now() WHERE writer_id = $1", (NpgsqlDbType.Uuid, _writerId), (NpgsqlDbType.Bigint, _commitNo));
        AddAppends(commands, [.. batch.Select(p => p.Append)]);
        foreach (var (table, rows) in _rows.InOrder()) AddRows(commands, table, rows);
        try
        {
            commands.ExecuteNonQuery();
        }
        catch (Exception e) when (e is not PostgresException)
        {
            // Npgsql gave up in the middle, e.g. at a text that is no UTF-16. What it believes to have prepared on this connection was never sent.
            Disconnect();
            if (e is NpgsqlException or ArgumentException) throw;
            throw new IOException($"The commit broke off: {e.Message}", e);   // whether it arrived must be found out
        }
    }

    public CommitFailure Classify(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } e => new(e.TableName == "idempotency" ? StoreErrors.KeyTaken(e) : StoreErrors.StaleWriter("this stream", e), IsOneAppendsFault: true),
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable } e => new(PostgreSqlDatabase.Translate(e), CanRetry: true),
        PostgresException { SqlState: ['2', '2' or '3', ..] or ['5', '4', ..] } e => new(StoreErrors.Rejected("this stream", e), IsOneAppendsFault: true),
        _ when PostgreSqlDatabase.IsLostConnection(error) => new(PostgreSqlDatabase.Translate(error), CanRetry: true),
        NpgsqlException e => new(PostgreSqlDatabase.Translate(e)),
        MementoException e => new(e),
        ArgumentException => new(StoreErrors.Rejected("this stream", error), IsOneAppendsFault: true),   // a text that is no UTF-16
        _ => new(error, IsOneAppendsFault: true),
    };

    public void WaitBeforeRetry() => _never.Wait(RetryPause);

    public void Dispose()
    {
        _connection?.Dispose();
        _never.Dispose();
    }

    /// <summary>Whether the commit whose outcome is unknown is there. The old connection is ended first: its transaction may still be under way.</summary>
    private bool Arrived()
    {
        Disconnect();
        var connection = Connect();
        using (var end = connection.CreateCommand())
        {
            end.CommandText = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()";
            end.Parameters.Add(new() { Value = ApplicationName });
            end.ExecuteNonQuery();
        }

        using var command = connection.CreateCommand();
        command.CommandText = "SELECT commit_no FROM journal_writer WHERE writer_id = $1 FOR UPDATE";   // waits for that transaction's end
        command.Parameters.Add(new() { Value = _writerId });
        return command.ExecuteScalar() is long arrived && arrived == _commitNo;
    }

    private string ApplicationName => $"memento writer {_writerId:N}";

    private NpgsqlConnection Connect()
    {
        if (_connection is { State: System.Data.ConnectionState.Open }) return _connection;
        Disconnect();
        var connection = source.OpenConnection();
        try
        {
            using var begin = connection.CreateBatch();
            Add(begin, "SELECT set_config('application_name', $1, false), set_config('lock_timeout', '5s', false)", (NpgsqlDbType.Text, ApplicationName));
            Add(begin, "INSERT INTO journal_writer (writer_id, commit_no) VALUES ($1, 0) ON CONFLICT DO NOTHING", (NpgsqlDbType.Uuid, _writerId));
            begin.ExecuteNonQuery();
            return _connection = connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private void AddAppends(NpgsqlBatch commands, Append[] appends)
    {
        var entries = appends.SelectMany(a => a.Entries.Select((e, i) => (Id: a.Writer.StreamId, Position: a.FirstPosition + i, Entry: e))).ToArray();
        if (appends.Where(a => a.CreatesStream).ToArray() is { Length: > 0 } created)
            Add(commands, "INSERT INTO stream (stream_id, name) SELECT * FROM unnest($1, $2)",
                Bigints(created.Select(a => a.Writer.StreamId)), Texts(created.Select(a => a.Writer.Name)));
        Add(commands, """
            INSERT INTO journal (stream_id, position, kind, version, at, payload, checksum, commit_xid)
            SELECT *, (SELECT pg_current_xact_id()::text::bigint) FROM unnest($1, $2, $3, $4, $5, $6, $7)
            """,
            Bigints(entries.Select(e => e.Id)), Bigints(entries.Select(e => e.Position)), Texts(entries.Select(e => e.Entry.Kind)),
            (NpgsqlDbType.Array | NpgsqlDbType.Smallint, entries.Select(e => e.Entry.Version).ToArray()), Bigints(entries.Select(e => e.Entry.At.ToStored())),
            Bytes(entries.Select(e => e.Entry.Payload)), Bigints(entries.Select(e => Checksum.Of(e.Id, e.Position, e.Entry.Payload))));

        if (appends.Where(a => a.Snapshot is not null).Select(a => (Id: a.Writer.StreamId, Value: a.Snapshot!)).ToArray() is { Length: > 0 } snapshots)
            Add(commands, """
                INSERT INTO snapshot (stream_id, position, version, payload, checksum) SELECT * FROM unnest($1, $2, $3, $4, $5)
                ON CONFLICT (stream_id, position) DO UPDATE SET version = excluded.version, payload = excluded.payload, checksum = excluded.checksum
                """,
                Bigints(snapshots.Select(s => s.Id)), Bigints(snapshots.Select(s => s.Value.Position)), (NpgsqlDbType.Array | NpgsqlDbType.Smallint, snapshots.Select(s => s.Value.Version).ToArray()),
                Bytes(snapshots.Select(s => s.Value.Payload.ToArray())), Bigints(snapshots.Select(s => Checksum.Of(s.Id, s.Value.Position, s.Value.Payload.Span))));

        if (appends.SelectMany(a => a.Blobs).DistinctBy(b => Convert.ToHexString(b.Hash)).OrderBy(b => Convert.ToHexString(b.Hash), StringComparer.Ordinal).ToArray() is { Length: > 0 } blobs)
        {
            var encoded = blobs.Select(b => BlobEncoding.Encode(b.Content)).ToArray();
            Add(commands, "INSERT INTO blob (hash, encoding, length, content) SELECT * FROM unnest($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                Bytes(blobs.Select(b => b.Hash)), Bigints(encoded.Select(e => (long)e.Encoding)), Bigints(blobs.Select(b => (long)b.Content.Length)), Bytes(encoded.Select(e => e.Content)));
        }

        if (appends.Where(a => a.Key is not null).ToArray() is { Length: > 0 } keyed)
            Add(commands, "INSERT INTO idempotency (scope, key, request_hash, response, at) SELECT * FROM unnest($1, $2, $3, $4, $5)",
                Texts(keyed.Select(a => a.Key!.Scope)), Texts(keyed.Select(a => a.Key!.Key)), Bytes(keyed.Select(a => a.Key!.RequestHash)),
                Bytes(keyed.Select(a => a.Key!.Response)), Bigints(keyed.Select(a => a.Entries[0].At.ToStored())));

        foreach (var append in appends)
            foreach (var row in append.Rows) _rows.Add(row);
    }

    private static void AddRows(NpgsqlBatch commands, RowTable table, IReadOnlyCollection<object?[]> rows)
    {
        var arguments = table.Columns.Select((column, i) => column.Type switch
        {
            ColumnType.Number => (NpgsqlDbType.Array | NpgsqlDbType.Bigint, rows.Select(r => (long?)r[i]).ToArray()),
            ColumnType.Real => (NpgsqlDbType.Array | NpgsqlDbType.Double, rows.Select(r => (double?)r[i]).ToArray()),
            _ => (NpgsqlDbType.Array | NpgsqlDbType.Text, (object)rows.Select(r => (string?)r[i]).ToArray()),
        }).ToArray();
        Add(commands, table.UpsertFrom($"SELECT * FROM unnest({string.Join(", ", arguments.Select((_, i) => $"${i + 1}"))})"), arguments);
    }

    private static (NpgsqlDbType, object) Bigints(IEnumerable<long> values) => (NpgsqlDbType.Array | NpgsqlDbType.Bigint, values.ToArray());

    private static (NpgsqlDbType, object) Texts(IEnumerable<string> values) => (NpgsqlDbType.Array | NpgsqlDbType.Text, values.ToArray());

    private static (NpgsqlDbType, object) Bytes(IEnumerable<byte[]> values) => (NpgsqlDbType.Array | NpgsqlDbType.Bytea, values.ToArray());

    private static void Add(NpgsqlBatch commands, string sql, params ReadOnlySpan<(NpgsqlDbType Type, object Value)> arguments)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var (type, value) in arguments) command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value });
        commands.BatchCommands.Add(command);
    }
}
