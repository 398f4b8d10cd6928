using System.Globalization;
using System.Text.RegularExpressions;
using Memento.Bench.Measuring;
using Memento.Bench.Stores;
using Memento.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Memento.Bench.Sessions;

/// <summary>What the store does without Memento: one client inserts one row of 250 bytes and commits, again and again.</summary>
internal static partial class RawCommits
{
    private const int RowBytes = 250;

    public static async Task ReportAsync(Run run)
    {
        var result = await MeasureAsync(run);
        var figures = new List<(string, double)>();
        if (run.Stores.Kind is StoreKind.PostgreSql && await PgbenchAsync(run) is { } pgbench) figures.Add(("pgbenchPerSecond", pgbench));
        run.Report("raw-commit", result, figures);
    }

    public static async Task<LoadResult> MeasureAsync(Run run)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        return run.Stores.Kind is StoreKind.Sqlite ? await SqliteAsync(run, database.Options) : await PostgreSqlAsync(run, database.Options);
    }

    private static async Task<LoadResult> SqliteAsync(Run run, StorageOptions options)
    {
        Directory.CreateDirectory(options.DataDirectory);
        using var connection = new SqliteConnection($"Data Source={Path.Combine(options.DataDirectory, "raw.db")};Pooling=false");
        connection.Open();
        using (var setup = connection.CreateCommand())
        {
            setup.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE raw (id INTEGER PRIMARY KEY, payload BLOB NOT NULL)";
            setup.ExecuteNonQuery();
        }

        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO raw (payload) VALUES (@payload)";
        insert.Parameters.AddWithValue("@payload", new byte[RowBytes]);
        insert.Prepare();
        return await run.Load(1).RunAsync((_, _) => Task.FromResult(insert.ExecuteNonQuery()), run.Token);
    }

    private static async Task<LoadResult> PostgreSqlAsync(Run run, StorageOptions options)
    {
        using var connection = await BenchDatabase.OpenAsync(options.ConnectionStrings.PostgreSql!);
        using (var setup = new NpgsqlCommand("CREATE TABLE raw (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload bytea NOT NULL)", connection)) setup.ExecuteNonQuery();
        using var insert = new NpgsqlCommand("INSERT INTO raw (payload) VALUES ($1)", connection) { Parameters = { new() { Value = new byte[RowBytes], NpgsqlDbType = NpgsqlDbType.Bytea } } };
        insert.Prepare();
        return await run.Load(1).RunAsync((_, _) => Task.FromResult(insert.ExecuteNonQuery()), run.Token);
    }

    /// <summary>The same with PostgreSQL's own tool, if it is installed.</summary>
    private static async Task<double?> PgbenchAsync(Run run)
    {
        if (Tool.Find("pgbench") is not { } pgbench) return null;
        await using var database = await run.Stores.CreateAsync(run.Token);
        var settings = new NpgsqlConnectionStringBuilder(database.Options.ConnectionStrings.PostgreSql);
        await BenchDatabase.ExecuteAsync(settings.ConnectionString, "CREATE TABLE raw (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload bytea NOT NULL)");
        var script = Path.Combine(run.Stores.Folder, $"pgbench-{Environment.ProcessId}.sql");
        await File.WriteAllTextAsync(script, $"INSERT INTO raw (payload) VALUES (decode(repeat('00', {RowBytes}), 'hex'));\n", run.Token);
        try
        {
            var start = new Dictionary<string, string?> { ["PGPASSWORD"] = settings.Password };
            var seconds = Math.Max(1, (int)run.Duration.TotalSeconds);
            using var process = Tool.Start([pgbench, "-n", "-M", "prepared", "-c", "1", "-T", $"{seconds}", "-f", script, "-h", settings.Host!, "-p", $"{settings.Port}", "-U", settings.Username!, settings.Database!], start);
            _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = await process.StandardOutput.ReadToEndAsync(run.Token);
            await process.WaitForExitAsync(run.Token);
            return Tps().Match(output) is { Success: true } tps ? double.Parse(tps.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : throw new BenchException($"pgbench ended with {process.ExitCode}.");
        }
        finally
        {
            File.Delete(script);
        }
    }

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Tps();
}
