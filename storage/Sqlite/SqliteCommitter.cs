using Memento.Tasks;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Memento.Storage;

/// <summary>Writes batches to the embedded store, each in one transaction. The file is local, so there is no connection to lose and no outcome to find out.</summary>
internal sealed class SqliteCommitter : ICommitter
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin, _commit, _stream, _entry, _snapshot, _blob, _key;
    private readonly SqliteTaskStatements _tasks;
    private readonly Dictionary<RowTable, SqliteStatement> _upserts = [];
    private readonly RowBatch _rows = new(writer: 0);
    private string _at = "";

    public SqliteCommitter(SqliteConnection connection)
    {
        _connection = connection;
        _begin = new(connection, "BEGIN IMMEDIATE");
        _commit = new(connection, "COMMIT");
        _stream = new(connection, "INSERT INTO stream (stream_id, name) VALUES (?1, ?2)");
        _entry = new(connection, "INSERT INTO journal (stream_id, position, kind, version, at, payload, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _snapshot = new(connection, "INSERT OR REPLACE INTO snapshot (stream_id, position, version, payload, checksum) VALUES (?1, ?2, ?3, ?4, ?5)");
        _blob = new(connection, "INSERT OR IGNORE INTO blob (hash, encoding, length, content) VALUES (?1, ?2, ?3, ?4)");
        _tasks = new(connection);
        _key = new(connection, "INSERT INTO idempotency (scope, key, request_hash, response, at) VALUES (?1, ?2, ?3, ?4, ?5)");
    }

    public void Commit(IReadOnlyList<PendingAppend> batch, bool again)
    {
        _begin.Execute();
        try
        {
            _rows.Clear();
            _tasks.Clear();
            foreach (var pending in batch) Write(pending);
            foreach (var counter in _tasks.Counters()) _rows.Add(counter);
            foreach (var (table, rows) in _rows.InOrder()) Write(table, rows);
            _commit.Execute();
        }
        catch
        {
            // After some errors (a full disk) SQLite has rolled back by itself; then there is nothing left to do.
            if (raw.sqlite3_get_autocommit(_connection.Handle) == 0) raw.sqlite3_exec(_connection.Handle, "ROLLBACK");
            throw;
        }
    }

    public CommitFailure Classify(Exception error) => error switch
    {
        SqliteException { SqliteExtendedErrorCode: raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY } e =>
            new(_at == "idempotency" ? StoreErrors.KeyTaken(e) : StoreErrors.StaleWriter(_at, e), IsOneAppendsFault: true),
        SqliteException { SqliteErrorCode: raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH } e => new(StoreErrors.Rejected(_at, e), IsOneAppendsFault: true),
        SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED } e => new(StoreErrors.NotReady("the database file is busy", e), CanRetry: true),
        SqliteException e => new(SqliteDatabase.Translate(e)),
        MementoException e => new(e),
        ArgumentException => new(StoreErrors.Rejected(_at, error), IsOneAppendsFault: true),   // a text that is no UTF-16
        _ => new(error, IsOneAppendsFault: true),
    };

    public void WaitBeforeRetry() => Thread.Yield();   // the busy timeout has waited already

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_begin, _commit, _stream, _entry, _snapshot, _blob, _key, .. _upserts.Values]) statement.Dispose();
        _tasks.Dispose();
        _connection.Dispose();
    }

    private void Write(PendingAppend pending)
    {
        var (append, id) = (pending.Append, pending.Append.Writer.StreamId);
        _at = append.Writer.Name;
        if (append.Task is not null && (pending.Refusal = _tasks.Change(append)) is not null) return;
        if (append.CreatesStream) _stream.Bind(1, id).Bind(2, append.Writer.Name).Execute();
        Write(id, append.FirstPosition, append.Entries);
        foreach (var birth in append.Births)
        {
            (birth.Outcome, birth.Token) = _tasks.Bear(birth);
            if (birth.Outcome is not BirthOutcome.Born) continue;
            Write(birth.StreamId, 1, birth.Entries);
            foreach (var row in birth.Rows) _rows.Add(row);
        }

        if (append.Snapshot is { } s)
            _snapshot.Bind(1, id).Bind(2, s.Position).Bind(3, s.Version).Bind(4, s.Payload.Span).Bind(5, Checksum.Of(id, s.Position, s.Payload.Span)).Execute();
        foreach (var blob in append.Blobs)
        {
            var (encoding, content) = BlobEncoding.Encode(blob.Content);
            _blob.Bind(1, blob.Hash).Bind(2, encoding).Bind(3, blob.Content.Length).Bind(4, content).Execute();
        }

        if (append.Key is { } key)
        {
            _at = "idempotency";
            _key.Bind(1, key.Scope).Bind(2, key.Key).Bind(3, key.RequestHash).Bind(4, key.Response).Bind(5, append.Entries[0].At.ToStored()).Execute();
        }

        foreach (var row in append.Rows) _rows.Add(row);
    }

    private void Write(long id, long position, IReadOnlyList<NewEntry> entries)
    {
        foreach (var entry in entries)
        {
            _entry.Bind(1, id).Bind(2, position).Bind(3, entry.Kind).Bind(4, entry.Version).Bind(5, entry.At.ToStored())
                .Bind(6, entry.Payload).Bind(7, Checksum.Of(id, position, entry.Payload)).Execute();
            position++;
        }
    }

    private void Write(RowTable table, IReadOnlyCollection<object?[]> rows)
    {
        _at = table.Name;
        if (!_upserts.TryGetValue(table, out var upsert))
        {
            var values = string.Join(", ", table.Columns.Select((_, i) => $"?{i + 1}"));
            _upserts.Add(table, upsert = new(_connection, table.UpsertFrom($"VALUES ({values})")));
        }

        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++) upsert.Bind(i + 1, row[i]);
            upsert.Execute();
        }
    }
}
