using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Memento.Storage;
using Memento.Tests.Architecture;
using Npgsql;

namespace Memento.Tests.Storage.Golden;

/// <summary>
/// A store that an earlier version made, and what that version answered about it: <c>tests/Storage/Golden/NAME</c>.
/// <c>tests/Storage/Golden/make</c> makes them; they are never changed.
/// </summary>
internal sealed record GoldenStore(string Name)
{
    /// <summary>Folder of all golden stores.</summary>
    public static string Root { get; } = Path.Combine(Repository.Root, "tests", "Storage", "Golden");

    /// <summary>Names of the golden stores.</summary>
    public static IEnumerable<string> Names =>
        Directory.EnumerateDirectories(Root).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    public string Folder => Path.Combine(Root, Name);

    public string SqliteFile => Path.Combine(Folder, "memento.db.gz");

    public string PostgreSqlFile => Path.Combine(Folder, "postgresql.sql.gz");

    public string ExpectedFile(StoreKind store) =>
        Path.Combine(Folder, store is StoreKind.Sqlite ? "expected-sqlite.json" : "expected-postgresql.json");

    /// <summary>Reads the answers of the version that made the store.</summary>
    public JsonNode Expected(StoreKind store) => JsonNode.Parse(File.ReadAllText(ExpectedFile(store)))!;

    /// <summary>Puts a copy of the embedded store where these options look for it.</summary>
    public async Task CopyAsync(StorageOptions options)
    {
        Directory.CreateDirectory(options.DataDirectory);
        await using var packed = new GZipStream(File.OpenRead(SqliteFile), CompressionMode.Decompress);
        await using var file = File.Create(options.DatabaseFile);
        await packed.CopyToAsync(file);
    }

    /// <summary>Loads the dump into an empty PostgreSQL database.</summary>
    public async Task LoadAsync(string connectionString)
    {
        using var packed = new StreamReader(new GZipStream(File.OpenRead(PostgreSqlFile), CompressionMode.Decompress));
        var dump = await packed.ReadToEndAsync();
        // The dump changes the search path of its session.
        var unpooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(unpooled.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(dump, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Compresses what has been made and keeps it.</summary>
    public async Task KeepAsync(string path, byte[] content)
    {
        Directory.CreateDirectory(Folder);
        await using var packed = new GZipStream(File.Create(path), CompressionLevel.SmallestSize);
        await packed.WriteAsync(content);
    }

    /// <summary>Writes what the present version answers, one read a line, so that people and git can tell them apart.</summary>
    public async Task KeepExpectedAsync(StoreKind store, JsonObject expected)
    {
        var lines = expected.Select(member => member.Value is JsonArray array
            ? $"{JsonSerializer.Serialize(member.Key)}:[\n{string.Join(",\n", array.Select(item => item!.ToJsonString(Readable)))}\n]"
            : $"{JsonSerializer.Serialize(member.Key)}:{member.Value!.ToJsonString(Readable)}");
        await File.WriteAllTextAsync(ExpectedFile(store), $"{{\n{string.Join(",\n", lines)}\n}}\n");
    }

    private static JsonSerializerOptions Readable { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
