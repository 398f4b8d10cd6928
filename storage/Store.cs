using Memento.Agents;
using Memento.Audit;
using Memento.Rollback;
using Memento.Sessions;
using Memento.Tasks;
using Memento.Workspaces;
using Microsoft.Extensions.Logging;

namespace Memento.Storage;

/// <summary>One open store: its journal, blobs and read models.</summary>
public sealed class Store : IAsyncDisposable
{
    private readonly IDatabase _database;
    private readonly GroupCommit _commits;
    private readonly Journal _journal;
    private readonly TimeProvider _clock;

    private Store(IDatabase database, StorageOptions options, StorageInstruments instruments, TimeProvider clock, ILoggerFactory log)
    {
        (_database, _clock) = (database, clock);
        _commits = new GroupCommit(database.OpenCommitters(), options.Journal, instruments, clock, log.CreateLogger<Store>());
        _journal = new Journal(database, _commits);
        Blobs = new BlobStore(database);
        Feed = new JournalFeed(database, _commits, clock);
        Sessions = new SessionIndex(database);
        Workspaces = new WorkspaceIndex(database);
        Rollbacks = new RollbackIndex(database);
        Audit = new AuditIndex(database);
        Tasks = new TaskIndex(database);
        TaskStreams = new TaskStreams(database);
        TaskQueries = new TaskQueries(database, new TaskPages(database));
        Agents = new AgentIndex(database);
        AgentQueries = new AgentQueries(database);
    }

    public IJournal Journal => _journal;

    public IBlobStore Blobs { get; }

    public IJournalFeed Feed { get; }

    public ISessionIndex Sessions { get; }

    public IWorkspaceIndex Workspaces { get; }

    public IRollbackIndex Rollbacks { get; }

    public IAuditIndex Audit { get; }

    public ITaskIndex Tasks { get; }

    public ITaskStreams TaskStreams { get; }

    public ITaskQueries TaskQueries { get; }

    public IAgentIndex Agents { get; }

    public IAgentQueries AgentQueries { get; }

    /// <summary>
    /// Opens the store. The embedded one is locked and brought up to date; PostgreSQL must be up to date unless <see cref="StorageOptions.Migrate"/> is set.
    /// Throws <see cref="MementoException"/> with a sentence for the operator if it cannot be used.
    /// </summary>
    public static Store Open(StorageOptions options, StorageInstruments instruments, TimeProvider clock, ILoggerFactory log)
    {
        if (options.Store is StoreKind.PostgreSql)
        {
            if (options.Migrate) SchemaMigrator.For(options).Migrate();
            else SchemaMigrator.For(options).RequireCurrent();
            return new(new PostgreSqlDatabase(options, log), options, instruments, clock, log);
        }

        var database = SqliteDatabase.Open(options);
        try
        {
            SchemaMigrator.For(options).Migrate();
            return new(database, options, instruments, clock, log);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Asks the database a question and measures the answer.</summary>
    public async Task<StoreHealth> CheckAsync(CancellationToken cancellationToken)
    {
        var started = _clock.GetTimestamp();
        try
        {
            await _database.ReadAsync(async (connection, token) =>
            {
                using var command = connection.Command("SELECT count(*) FROM (SELECT 1 FROM stream LIMIT 1) AS one");
                return await command.ExecuteScalarAsync(token);
            }, cancellationToken);
            var problem = _commits.Problem;
            return new(true, problem is null ? "answers" : $"answers, but the newest commit failed, at {problem.At:O}: {problem.Message}", _clock.GetElapsedTime(started), _commits.Waiting, _database.Describe()) { Takes = problem is null };
        }
        catch (MementoException e)
        {
            return new(false, e.Message, _clock.GetElapsedTime(started), _commits.Waiting, _database.Describe());
        }
    }

    /// <summary>Bytes that the database takes on disk.</summary>
    public Task<long> GetSizeAsync(CancellationToken cancellationToken = default) => _database.GetSizeAsync(cancellationToken);

    /// <summary>Commits what waits, then lets go of the database.</summary>
    public async ValueTask DisposeAsync()
    {
        await _commits.DisposeAsync();
        _journal.Dispose();
        _database.Dispose();
    }
}

/// <summary>How the store does.</summary>
/// <param name="Healthy">Whether it answered.</param>
/// <param name="Description">What it answered, for people.</param>
/// <param name="Latency">How long the answer took.</param>
/// <param name="Waiting">Appends that wait for their commit.</param>
/// <param name="Figures">Figures of its connections.</param>
public sealed record StoreHealth(bool Healthy, string Description, TimeSpan Latency, long Waiting, IReadOnlyDictionary<string, object> Figures)
{
    /// <summary>Whether the newest commit went well.</summary>
    public bool Takes { get; init; } = true;
}
