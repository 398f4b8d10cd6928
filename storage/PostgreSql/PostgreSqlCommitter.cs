using Npgsql;

namespace Memento.Storage;

/// <summary>
/// Writes batches to PostgreSQL, each as one pipelined round trip and one transaction.
/// Each commit carries its writer's number, so that after a lost connection the writer can find out whether its last commit arrived.
/// </summary>
/// <param name="source">Makes the writer's connection.</param>
/// <param name="number">The writer's number, which spreads counters; writers with the same one wait for each other.</param>
internal sealed class PostgreSqlCommitter(NpgsqlDataSource source, int number) : ICommitter
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private const int MaxKeptBytes = 256 * 1024;   // of a batch, until the next one like it

    // Each statement is planned once, perhaps while the tables are small or their statistics old, and finds each row by an index all the
    // same.
    private const string IndexOnly = """
        SELECT set_config(name, 'off', false) FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']) name
        """;

    private readonly Guid _writerId = Guid.CreateVersion7();
    private readonly RowBatch _rows = new(number);
    private readonly ManualResetEventSlim _never = new();
    private NpgsqlConnection? _connection;
    private PostgreSqlStatements _statements = new(number);
    private long _commitNo;

    public void Commit(IReadOnlyList<PendingAppend> batch, bool again)
    {
        if (again && Arrived() is { } transaction)
        {
            PostgreSqlVerdicts.Find(Connect(), transaction, batch);
            return;
        }

        if (!again) _commitNo++;

        var connection = Connect();
        _rows.Clear();
        var bytes = 0L;
        foreach (var pending in batch)
        {
            bytes += pending.Bytes;
            if (pending.Append.Task is not null) continue;   // written only if the statement accepts the append
            foreach (var row in pending.Append.Rows) _rows.Add(row);
        }

        try
        {
            var command = _statements.Commit(_writerId, _commitNo, batch, _rows);
            command.Connection = connection;
            try
            {
                using var reader = command.ExecuteReader();
                PostgreSqlVerdicts.Read(reader, batch);
            }
            finally
            {
                if (bytes > MaxKeptBytes) PostgreSqlStatements.Release(command);
            }
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
        PostgresException { SqlState: PostgresErrorCodes.CardinalityViolation } e =>
            new(StoreErrors.StaleWriter("this stream", e), IsOneAppendsFault: true),
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

    /// <summary>
    /// The transaction of the commit whose outcome is unknown, if it is there; else null. The old connection is ended first, since its
    /// transaction may still be under way; the server waits until it is gone.
    /// </summary>
    private long? Arrived()
    {
        Disconnect();
        var connection = Connect();
        using (var end = connection.CreateCommand())
        {
            end.CommandText = "SELECT bool_and(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()";
            end.Parameters.Add(new() { Value = ApplicationName });
            if (end.ExecuteScalar() is false) throw new TimeoutException("The server has not ended the connection that was lost.");
        }

        using var command = connection.CreateCommand();
        command.CommandText = "SELECT commit_no, commit_xid FROM journal_writer WHERE writer_id = $1 FOR UPDATE";
        command.Parameters.Add(new() { Value = _writerId });
        using var reader = command.ExecuteReader();
        return reader.Read() && reader.GetInt64(0) == _commitNo ? reader.GetInt64(1) : null;
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
            begin.BatchCommands.Add(new("SELECT set_config('application_name', $1, false), set_config('lock_timeout', '5s', false)") { Parameters = { new() { Value = ApplicationName } } });
            begin.BatchCommands.Add(new(IndexOnly));
            begin.BatchCommands.Add(new("INSERT INTO journal_writer (writer_id, commit_no) VALUES ($1, 0) ON CONFLICT DO NOTHING") { Parameters = { new() { Value = _writerId } } });
            begin.ExecuteNonQuery();
            _statements = new(number);   // they know the connection that prepared them
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
}
