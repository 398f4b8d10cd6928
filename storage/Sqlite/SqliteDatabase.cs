using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Memento.Storage;

/// <summary>The embedded store: one file in WAL mode, one writer, a few readers. Only one process may have it open.</summary>
internal sealed class SqliteDatabase : IDatabase
{
    private const int BlockOfIds = 10_000;

    // A commit of many sessions touches a page of the index for each, and mostly the same pages as the one before.
    // With SQLite's own 1,000 pages they would all be copied into the file every few commits; with many more, each copying holds up the writer for longer.
    private const int CheckpointPages = 6_000;

    private readonly StorageOptions _options;
    private readonly SqliteFileLock _lock;
    private readonly SemaphoreSlim _readers;
    private readonly ConcurrentStack<SqliteConnection> _idle = [];
    private volatile bool _closed;

    private SqliteDatabase(StorageOptions options, SqliteFileLock fileLock) =>
        (_options, _lock, _readers) = (options, fileLock, new SemaphoreSlim(options.Sqlite.Readers));

    public static string ConnectionStringOf(StorageOptions options) => new SqliteConnectionStringBuilder { DataSource = options.DatabaseFile, Pooling = false }.ToString();

    /// <summary>Takes the file's lock. Throws <c>DATABASE_NOT_READY</c> if another process has it or the folder cannot be written.</summary>
    public static SqliteDatabase Open(StorageOptions options) => new(options, SqliteFileLock.Take(Path.GetDirectoryName(options.DatabaseFile)!));

    public async Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> query, CancellationToken cancellationToken)
    {
        var connection = await RentAsync(cancellationToken);
        try
        {
            // SQLite blocks its thread: take one of the pool's, not the caller's, which may be a grain's.
            return await Task.Run(() => query(connection, cancellationToken), cancellationToken);
        }
        catch (SqliteException e)
        {
            throw Translate(e, _options.DatabaseFile);
        }
        finally
        {
            Return(connection);
        }
    }

    public Task<int> MaintainAsync(string sql, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken) => Task.Run(() =>
    {
        try
        {
            using var connection = Connect(_options);
            using var transaction = connection.BeginTransaction(deferred: false);
            using var command = connection.Command(sql, [.. parameters]);
            command.Transaction = transaction;
            var rows = command.ExecuteNonQuery();
            transaction.Commit();
            return rows;
        }
        catch (SqliteException e)
        {
            throw Translate(e, _options.DatabaseFile);
        }
    }, cancellationToken);

    public async Task DropBlobsAsync(IReadOnlyList<byte[]> hashes, CancellationToken cancellationToken)
    {
        foreach (var hash in hashes) await MaintainAsync(BlobEncoding.DropUnused, [("hash", hash), ("hex", Convert.ToHexStringLower(hash))], cancellationToken);   // one writer at a time: nothing comes in between
    }

    public async Task<(long First, int Count)> ReserveStreamIdsAsync(CancellationToken cancellationToken)
    {
        // Callers take turns, and the file has one owner. Numbers of task streams that were swept are not in the tables any more, so the
        // block is taken durably.
        var first = await ReadAsync(async (connection, token) =>
        {
            using var command = connection.Command("SELECT next FROM stream_number");
            return (long)(await command.ExecuteScalarAsync(token))!;
        }, cancellationToken);
        await MaintainAsync("UPDATE stream_number SET next = @next", [("next", first + BlockOfIds)], cancellationToken);
        return (first, BlockOfIds);
    }

    public IReadOnlyList<ICommitter> OpenCommitters() => [new SqliteCommitter(Connect(_options))];

    public Task<FeedPage> ReadFeedAsync(string prefix, string? after, int limit, CancellationToken cancellationToken) => ReadAsync(async (connection, token) =>
    {
        // There is one writer, so the order of the rows is the order of the commits.
        using var command = connection.Command("""
            SELECT j.stream_id, coalesce(s.name, 'task/' || t.workspace || '/' || t.task_id), j.position, j.kind, j.version, j.at,
              j.payload, j.checksum, j.entry_id
            FROM journal j LEFT JOIN stream s ON s.stream_id = j.stream_id LEFT JOIN task_stream t ON t.stream_id = j.stream_id
            WHERE j.entry_id > @after ORDER BY j.entry_id LIMIT @limit
            """, ("after", after is null ? 0 : FeedEntry.ParseCursor(after, 1)[0]), ("limit", (long)limit));
        return await FeedEntry.ReadAsync(command, prefix, after, limit, row => row.GetInt64(8).ToString(CultureInfo.InvariantCulture), token);
    }, cancellationToken);

    public (string Sql, IReadOnlyList<(string Name, object? Value)> Parameters) FeedAfter(string? after, int limit) => (
        """
        SELECT j.stream_id, CAST(j.entry_id AS text) AS feed_cursor, j.entry_id AS n
        FROM journal j WHERE j.entry_id > @after ORDER BY j.entry_id LIMIT @limit
        """,
        [("after", after is null ? 0 : FeedEntry.ParseCursor(after, 1)[0]), ("limit", (long)limit)]);

    public Task<string> GetFeedEndAsync(CancellationToken cancellationToken) => ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("SELECT coalesce(max(entry_id), 0) FROM journal");
        return ((long)(await command.ExecuteScalarAsync(token))!).ToString(CultureInfo.InvariantCulture);
    }, cancellationToken);

    public string TableOf(string parameter, params ReadOnlySpan<string> columns)
    {
        var sql = new StringBuilder("(SELECT ");
        for (var i = 0; i < columns.Length; i++) sql.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}value ->> {i} AS {columns[i].AsSpan(0, columns[i].IndexOf(' ', StringComparison.Ordinal))}");
        return sql.Append(CultureInfo.InvariantCulture, $" FROM json_each({parameter}))").ToString();
    }

    public string FirstOfEach(string keys, string table, string where, string order) =>
        $"{keys} k CROSS JOIN {table} v ON v.rowid = (SELECT x.rowid FROM {table} x WHERE {where} ORDER BY {order} LIMIT 1)";

    public string AllOfEach(string keys, string table, string where, string order, int enough) =>
        $"{keys} k CROSS JOIN {table} x ON {where}";

    public Task<long> GetSizeAsync(CancellationToken cancellationToken) =>
        Task.FromResult(SizeOf(_options.DatabaseFile) + SizeOf(_options.DatabaseFile + "-wal"));

    public IReadOnlyDictionary<string, object> Describe() => new Dictionary<string, object>
    {
        ["file"] = _options.DatabaseFile,
        ["readers"] = _options.Sqlite.Readers,
        ["readersInUse"] = _options.Sqlite.Readers - _readers.CurrentCount,
    };

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryPop(out var connection)) connection.Dispose();
        _lock.Dispose();
    }

    /// <summary>Opens a connection with the settings that this store relies on.</summary>
    internal static SqliteConnection Connect(StorageOptions options)
    {
        var connection = new SqliteConnection(ConnectionStringOf(options));
        try
        {
            connection.Open();
            using var command = connection.Command($"""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = {(options.Sqlite.Synchronous is SqliteSynchronous.Full ? "FULL" : "NORMAL")};
                PRAGMA busy_timeout = 5000;
                PRAGMA cache_size = -16000;
                PRAGMA temp_store = MEMORY;
                PRAGMA wal_autocheckpoint = {CheckpointPages};
                PRAGMA journal_size_limit = 67108864;
                """);
            command.ExecuteNonQuery();
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Translate(e, options.DatabaseFile);
        }
    }

    internal static MementoException Translate(SqliteException e, string file = "The database file") => e.SqliteErrorCode switch
    {
        SQLitePCL.raw.SQLITE_FULL => StoreErrors.Full(e),
        SQLitePCL.raw.SQLITE_NOTADB => StoreErrors.NotADatabase(file, e),
        SQLitePCL.raw.SQLITE_CORRUPT => StoreErrors.Corrupted(file, e),
        SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_PERM => StoreErrors.NotReady($"{file} cannot be written ({e.Message})", e),
        _ => StoreErrors.NotReady(e.Message, e),
    };

    private static long SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private async ValueTask<SqliteConnection> RentAsync(CancellationToken cancellationToken)
    {
        await _readers.WaitAsync(cancellationToken);
        try
        {
            return _idle.TryPop(out var connection) ? connection : Connect(_options);
        }
        catch
        {
            _readers.Release();
            throw;
        }
    }

    private void Return(SqliteConnection connection)
    {
        if (_closed) connection.Dispose();
        else _idle.Push(connection);
        _readers.Release();
    }
}
