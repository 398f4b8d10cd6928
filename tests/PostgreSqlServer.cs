using Npgsql;
using Xunit;

namespace Memento.Tests;

/// <summary>
/// A fresh, empty database on the private PostgreSQL server that <c>./test</c> starts, dropped at the end.
/// A fixture of one test class: <c>IClassFixture&lt;PostgreSqlServer&gt;</c>; or made and disposed by a test itself with <see cref="CreateAsync"/>.
/// </summary>
public sealed class PostgreSqlServer : IAsyncLifetime
{
    /// <summary>Environment variable with the Npgsql connection string of the server's maintenance database.</summary>
    public const string Variable = "MEMENTO_TEST_POSTGRESQL";

    private readonly string _database = $"memento_test_{Guid.NewGuid():N}";
    private string? _connectionString;

    /// <summary>Connects to the fresh database.</summary>
    public string ConnectionString => _connectionString ?? throw new InvalidOperationException("The database has not been created yet.");

    /// <summary>Connects to the server's maintenance database. Fails, rather than skips, when there is no server: a suite that leaves out half its tests must not look green.</summary>
    public static string MaintenanceConnectionString => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{Variable} is not set. This test needs the PostgreSQL server that ./test starts: run ./test (everything), ./test <name> (some), or ./test fast (what needs no server).");

    /// <summary>A database for a test that does not want a class fixture. Dispose it.</summary>
    public static async Task<PostgreSqlServer> CreateAsync()
    {
        var server = new PostgreSqlServer();
        await server.InitializeAsync();
        return server;
    }

    public async ValueTask InitializeAsync()
    {
        await ExecuteAsync($"CREATE DATABASE {_database}");
        _connectionString = new NpgsqlConnectionStringBuilder(MaintenanceConnectionString) { Database = _database }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connectionString is null) return;
        _connectionString = null;
        await ExecuteAsync($"DROP DATABASE IF EXISTS {_database} WITH (FORCE)");
    }

    private static async Task ExecuteAsync(string sql)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(MaintenanceConnectionString) { Pooling = false }.ConnectionString;
        await using var connection = new NpgsqlConnection(unpooled);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
