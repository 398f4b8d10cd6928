using System.Text.Json.Serialization;
using Memento.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Memento.Cli.Database;

/// <summary>What <c>memento db</c> says of a store. Printed by <c>--json</c>: names are a contract.</summary>
internal sealed record DatabaseReport
{
    public required string Store { get; init; }

    /// <summary>The file, or <c>host:port/database</c>.</summary>
    public required string Location { get; init; }

    /// <summary>The schema is the one that this program needs.</summary>
    public required bool IsCurrent { get; init; }

    /// <summary>The schema has parts that this program does not know.</summary>
    public required bool IsNewer { get; init; }

    public required IReadOnlyList<string> Applied { get; init; }
    public required IReadOnlyList<string> Pending { get; init; }
    public required IReadOnlyList<string> Unknown { get; init; }

    /// <summary>Bytes on disk.</summary>
    public required long SizeBytes { get; init; }

    public static async Task<DatabaseReport> MakeAsync(StorageOptions options, SchemaStatus status, CancellationToken cancellationToken) => new()
    {
        Store = options.Store is StoreKind.Sqlite ? "sqlite" : "postgresql",
        Location = LocationOf(options),
        IsCurrent = status.IsCurrent,
        IsNewer = status.IsNewer,
        Applied = status.Applied,
        Pending = status.Pending,
        Unknown = status.Unknown,
        SizeBytes = await SizeAsync(options, cancellationToken),
    };

    public static string LocationOf(StorageOptions options)
    {
        if (options.Store is StoreKind.Sqlite) return options.DatabaseFile;
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionStrings.PostgreSql);
        return $"{settings.Host}:{settings.Port}/{settings.Database ?? settings.Username}";
    }

    private static async Task<long> SizeAsync(StorageOptions options, CancellationToken cancellationToken)
    {
        if (options.Store is StoreKind.Sqlite)
            return SizeOf(options.DatabaseFile) + SizeOf(options.DatabaseFile + "-wal");
        using var database = new PostgreSqlDatabase(options, NullLoggerFactory.Instance);
        return await database.GetSizeAsync(cancellationToken);
    }

    private static long SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DatabaseReport))]
internal sealed partial class DatabaseJson : JsonSerializerContext;
