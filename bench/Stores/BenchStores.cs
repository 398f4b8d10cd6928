using Memento.Storage;
using Npgsql;

namespace Memento.Bench.Stores;

/// <summary>Where the measurements get their databases: a folder for the embedded store, a server for PostgreSQL.</summary>
internal sealed class BenchStores : IAsyncDisposable
{
    private readonly string? _connection;
    private readonly bool _made;
    private PrivatePostgreSql? _server;

    public BenchStores(StoreKind kind, string folder, string? connection)
    {
        (Kind, Folder, _connection, _made) = (kind, folder, connection, !Directory.Exists(folder));
        Directory.CreateDirectory(folder);
    }

    public StoreKind Kind { get; }

    /// <summary>Folder for everything that is written.</summary>
    public string Folder { get; }

    public string Name => Kind is StoreKind.PostgreSql ? "postgresql" : "sqlite";

    /// <summary>A new, empty database, dropped when disposed.</summary>
    public async Task<BenchDatabase> CreateAsync(CancellationToken cancellationToken)
    {
        var name = $"memento_bench_{Guid.NewGuid():N}";
        if (Kind is StoreKind.Sqlite) return new(new() { Store = Kind, DataDirectory = Path.Combine(Folder, name) }, null);

        var server = _connection ?? (_server ??= await StartAsync(cancellationToken)).ConnectionString;
        await BenchDatabase.ExecuteAsync(server, $"CREATE DATABASE {name}");
        return new(new() { Store = Kind, DataDirectory = Folder, Migrate = true, ConnectionStrings = new() { PostgreSql = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString } }, server);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        if (_made && !Directory.EnumerateFileSystemEntries(Folder).Any()) Directory.Delete(Folder);
    }

    private async Task<PrivatePostgreSql> StartAsync(CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync("Starting a private PostgreSQL …");
        return await PrivatePostgreSql.StartAsync(Folder, cancellationToken);
    }
}

/// <summary>One database for one measurement.</summary>
internal sealed class BenchDatabase(StorageOptions options, string? server) : IAsyncDisposable
{
    public StorageOptions Options => options;

    /// <summary>The same as configuration, for a host.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["Memento:Store"] = options.Store.ToString(),
        ["Memento:DataDirectory"] = options.DataDirectory,
        ["Memento:ConnectionStrings:PostgreSql"] = options.ConnectionStrings.PostgreSql,
        ["Memento:Migrate"] = options.Migrate.ToString(),
    };

    /// <summary>Bytes on disk. Nobody else may have the database open.</summary>
    public async Task<long> GetSizeAsync()
    {
        if (server is null) return new DirectoryInfo(options.DataDirectory).EnumerateFiles("memento.db*").Sum(f => f.Length);
        await using var connection = await OpenAsync(options.ConnectionStrings.PostgreSql!);
        await using var command = new NpgsqlCommand("SELECT pg_database_size(current_database())", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(options.ConnectionStrings.PostgreSql).Database} WITH (FORCE)");
        else if (Directory.Exists(options.DataDirectory)) Directory.Delete(options.DataDirectory, recursive: true);
    }

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = await OpenAsync(connectionString);
#pragma warning disable CA2100 // names that this program made up
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
