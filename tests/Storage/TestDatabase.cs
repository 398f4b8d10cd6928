using System.Data.Common;
using Memento.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Memento.Tests.Storage;

/// <summary>An empty, migrated database for the tests of one class. What holds for both stores is asked of it in the conformance suites.</summary>
public abstract class TestDatabase : IAsyncLifetime
{
    /// <summary>Options that open this database; a new object each time.</summary>
    public abstract StorageOptions Options { get; }

    public abstract bool IsSqlite { get; }

    /// <summary>Another empty, migrated database of the same kind.</summary>
    public abstract Task<TestDatabase> AnotherAsync();

    /// <summary>The same, with no schema yet.</summary>
    public abstract Task<TestDatabase> AnotherUnmigratedAsync();

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Opens the store as a host does.</summary>
    public Store Open(Action<StorageOptions>? change = null)
    {
        var options = Options;
        change?.Invoke(options);
        return Store.Open(options, Instruments(), TimeProvider.System, NullLoggerFactory.Instance);
    }

    /// <summary>Runs a statement behind the store's back.</summary>
    public async Task<int> ExecuteAsync(string sql, params (string Name, object? Value)[] parameters)
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await using var command = connection.Command(sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Asks for one value behind the store's back.</summary>
    public async Task<T?> AskAsync<T>(string sql, params (string Name, object? Value)[] parameters)
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await using var command = connection.Command(sql, parameters);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    internal static StorageInstruments Instruments() =>
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());

    protected abstract DbConnection Connect();
}

public sealed class SqliteTestDatabase : TestDatabase
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"memento-test-{Guid.NewGuid():N}");

    public override bool IsSqlite => true;

    public override StorageOptions Options => new() { DataDirectory = _folder };

    public string Folder => _folder;

    public override async Task<TestDatabase> AnotherAsync()
    {
        var database = new SqliteTestDatabase();
        await database.InitializeAsync();
        return database;
    }

    public override Task<TestDatabase> AnotherUnmigratedAsync() => Task.FromResult<TestDatabase>(new SqliteTestDatabase());

    public override ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder);
        SchemaMigrator.For(Options).Migrate();
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override DbConnection Connect() => new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Options.DatabaseFile, Pooling = false, DefaultTimeout = 10 }.ToString());
}

public sealed class PostgreSqlTestDatabase : TestDatabase
{
    private readonly PostgreSqlServer _server = new();

    public override bool IsSqlite => false;

    public string ConnectionString => _server.ConnectionString;

    public override StorageOptions Options => new() { Store = StoreKind.PostgreSql, ConnectionStrings = { PostgreSql = $"{_server.ConnectionString};Timeout=5;Maximum Pool Size=20" } };

    public override async Task<TestDatabase> AnotherAsync()
    {
        var database = new PostgreSqlTestDatabase();
        await database.InitializeAsync();
        return database;
    }

    public override async Task<TestDatabase> AnotherUnmigratedAsync()
    {
        var database = new PostgreSqlTestDatabase();
        await database._server.InitializeAsync();
        return database;
    }

    public override async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        SchemaMigrator.For(Options).Migrate();
    }

    public override ValueTask DisposeAsync() => _server.DisposeAsync();

    protected override DbConnection Connect() => new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Pooling = false }.ConnectionString);
}
