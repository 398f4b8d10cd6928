using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Memento.Storage;

/// <summary>A PostgreSQL server as the store.</summary>
internal sealed class PostgreSqlDatabase : IDatabase
{
    /// <summary>Key of the advisory lock between those who refer to blobs and those who remove them: "mementob" in ASCII.</summary>
    internal const string BlobLock = "7882827005194170210";

    // Unless the connection string says otherwise. Npgsql's own bound of 100 readers is all that a server allows by default, and a rush of activations reaches it.
    private const int MaxReaders = 20;
    private const int ConnectSeconds = 5;

    // Few enough to add up a counter from, many enough that two silos rarely have the same.
    private const int WriterNumbers = 64;

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource _writers;
    private readonly int _writerCount;

    public PostgreSqlDatabase(StorageOptions options, ILoggerFactory log)
    {
        _writerCount = options.Journal.Writers;
        _source = Source(options, log, "memento", pooling: true);
        _writers = Source(options, log, "memento writer", pooling: false);
    }

    public static string ConnectionStringOf(StorageOptions options) => options.ConnectionStrings.PostgreSql
        ?? throw new ArgumentException("Memento:ConnectionStrings:PostgreSql is empty.", nameof(options));

    public async Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> query, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(cancellationToken);
                return await query(connection, cancellationToken);
            }
            catch (NpgsqlException e) when (attempt < 3 && IsLostConnection(e))
            {
                // The pool hands out connections that the server has closed meanwhile; reading again is harmless.
            }
            catch (NpgsqlException e)
            {
                throw Translate(e);
            }
        }
    }

    public async Task<int> MaintainAsync(string sql, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var command = connection.Command(sql, [.. parameters]);
            command.Transaction = transaction;
            var rows = await command.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return rows;
        }
        catch (NpgsqlException e)
        {
            throw Translate(e);
        }
    }

    public async Task DropBlobsAsync(IReadOnlyList<byte[]> hashes, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            // Writers hold this lock, shared, while they refer to blobs. After it was taken, the next statement sees all that they committed.
            await using (var locking = connection.Command($"SELECT pg_advisory_xact_lock({BlobLock})")) await locking.ExecuteNonQueryAsync(cancellationToken);
            foreach (var hash in hashes)
            {
                await using var command = connection.Command(BlobEncoding.DropUnused, ("hash", hash), ("hex", Convert.ToHexStringLower(hash)));
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw Translate(e);
        }
    }

    public Task<(long First, int Count)> ReserveStreamIdsAsync(CancellationToken cancellationToken) => ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("SELECT nextval('stream_number'), increment_by FROM pg_sequences WHERE sequencename = 'stream_number' AND schemaname = current_schema()");
        using var reader = await command.ExecuteReaderAsync(token);
        await reader.ReadAsync(token);
        return (reader.GetInt64(0), (int)reader.GetInt64(1));
    }, cancellationToken);

    public IReadOnlyList<ICommitter> OpenCommitters()
    {
        var first = Random.Shared.Next(WriterNumbers);
        return [.. Enumerable.Range(first, _writerCount).Select(n => new PostgreSqlCommitter(_writers, n % WriterNumbers))];
    }

    public Task<FeedPage> ReadFeedAsync(string prefix, string? after, int limit, CancellationToken cancellationToken) => ReadAsync(async (connection, token) =>
    {
        var from = after is null ? [0, 0, 0] : FeedEntry.ParseCursor(after, 3);
        using var command = connection.Command("""
            SELECT j.stream_id, coalesce(s.name, 'task/' || t.workspace || '/' || t.task_id), j.position, j.kind, j.version, j.at,
              j.payload, j.checksum, j.commit_xid
            FROM journal j LEFT JOIN stream s ON s.stream_id = j.stream_id LEFT JOIN task_stream t ON t.stream_id = j.stream_id
            WHERE j.commit_xid >= @xid AND (j.commit_xid, j.stream_id, j.position) > (@xid, @stream, @position)
              AND j.commit_xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            ORDER BY j.commit_xid, j.stream_id, j.position LIMIT @limit
            """, ("xid", from[0]), ("stream", from[1]), ("position", from[2]), ("limit", (long)limit));
        return await FeedEntry.ReadAsync(command, prefix, after, limit, row => string.Create(CultureInfo.InvariantCulture, $"{row.GetInt64(8)}-{row.GetInt64(0)}-{row.GetInt64(2)}"), token);
    }, cancellationToken);

    public (string Sql, IReadOnlyList<(string Name, object? Value)> Parameters) FeedAfter(string? after, int limit)
    {
        var from = after is null ? [0, 0, 0] : FeedEntry.ParseCursor(after, 3);
        return ("""
            SELECT j.stream_id, j.commit_xid || '-' || j.stream_id || '-' || j.position AS feed_cursor,
              row_number() OVER (ORDER BY j.commit_xid, j.stream_id, j.position) AS n
            FROM journal j WHERE j.commit_xid >= @xid AND (j.commit_xid, j.stream_id, j.position) > (@xid, @stream, @position)
              AND j.commit_xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            ORDER BY j.commit_xid, j.stream_id, j.position LIMIT @limit
            """, [("xid", from[0]), ("stream", from[1]), ("position", from[2]), ("limit", (long)limit)]);
    }

    public Task<string> GetFeedEndAsync(CancellationToken cancellationToken) => ReadAsync(async (connection, token) =>
    {
        // Everything older than the oldest open transaction is behind this cursor; what that one and later ones write comes after it.
        using var command = connection.Command("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint");
        var oldest = (long)(await command.ExecuteScalarAsync(token))!;
        return string.Create(CultureInfo.InvariantCulture, $"{oldest}-0-0");
    }, cancellationToken);

    public string TableOf(string parameter, params ReadOnlySpan<string> columns)
    {
        var sql = new StringBuilder("(SELECT ");
        for (var i = 0; i < columns.Length; i++)
        {
            var space = columns[i].IndexOf(' ', StringComparison.Ordinal);
            sql.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}(value ->> {i})::{columns[i].AsSpan(space + 1)} AS {columns[i].AsSpan(0, space)}");
        }

        return sql.Append(CultureInfo.InvariantCulture, $" FROM jsonb_array_elements({parameter}::jsonb))").ToString();
    }

    // Whatever the tables' statistics say, or said when the statement was prepared: each key finds its row by the index that has this order.
    public string FirstOfEach(string keys, string table, string where, string order) =>
        $"{keys} k CROSS JOIN LATERAL (SELECT x.* FROM {table} x WHERE {where} ORDER BY {order} LIMIT 1) v";

    // The bound, even if it is none, keeps the planner from reading the whole table once for all keys.
    public string AllOfEach(string keys, string table, string where, string order, int enough) =>
        $"{keys} k CROSS JOIN LATERAL (SELECT x.* FROM {table} x WHERE {where} ORDER BY {order} LIMIT {enough}) x";

    public Task<long> GetSizeAsync(CancellationToken cancellationToken) => ReadAsync(async (connection, token) =>
    {
        using var command = connection.Command("SELECT pg_database_size(current_database())");
        return (long)(await command.ExecuteScalarAsync(token))!;
    }, cancellationToken);

    public IReadOnlyDictionary<string, object> Describe()
    {
        var settings = new NpgsqlConnectionStringBuilder(_source.ConnectionString);
        return new Dictionary<string, object>
        {
            ["server"] = $"{settings.Host}:{settings.Port}",
            ["database"] = settings.Database ?? "",
            ["maxPoolSize"] = settings.MaxPoolSize,
            ["writers"] = _writerCount,
        };
    }

    public void Dispose()
    {
        _source.Dispose();
        _writers.Dispose();
    }

    internal static bool IsLostConnection(Exception e) => e is NpgsqlException and not PostgresException
        || e is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or "25P03" }
        || e is PostgresException { SqlState: ['0', '8', ..] }
        || e is IOException or TimeoutException;

    internal static MementoException Translate(Exception e) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => StoreErrors.Full(e),
        PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted } p => StoreErrors.Corrupted($"The database ({p.MessageText})", e),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn } =>
            StoreErrors.NotReady("its schema is missing or too old; run `memento db migrate`, or start with --migrate", e),
        PostgresException p => StoreErrors.NotReady($"PostgreSQL says {p.SqlState}: {p.MessageText}", e),
        _ => StoreErrors.NotReady($"PostgreSQL cannot be reached ({e.Message})", e),
    };

    private static NpgsqlDataSource Source(StorageOptions options, ILoggerFactory log, string name, bool pooling)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionStringOf(options)) { ApplicationName = name, Pooling = pooling };
        if (settings.MaxAutoPrepare == 0) (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages) = (pooling ? 50 : 200, 2);   // a writer has a statement for each kind of batch
        if (!settings.ShouldSerialize("Timeout")) settings.Timeout = ConnectSeconds;   // ContainsKey would say yes to every keyword there is
        if (!settings.ShouldSerialize("Maximum Pool Size")) settings.MaxPoolSize = MaxReaders;
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name }.UseLoggerFactory(log).Build();
    }
}
