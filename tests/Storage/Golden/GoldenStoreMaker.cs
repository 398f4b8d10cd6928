using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Memento.Storage;
using Npgsql;
using Xunit;

namespace Memento.Tests.Storage.Golden;

/// <summary>Makes a golden store with the program of this checkout. Runs only when <c>tests/Storage/Golden/make</c> asks for it.</summary>
[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed partial class GoldenStoreMaker
{
    /// <summary>Environment variable with the name of the store to make.</summary>
    private const string Variable = "MEMENTO_TEST_GOLDEN_STORE";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Make_a_golden_store_of_this_version()
    {
        var name = Environment.GetEnvironmentVariable(Variable);
        var isName = name is not null && Name().IsMatch(name);
        Assert.True(isName, $"{Variable} must be the name of the new store: letters, digits, dots and dashes.");
        var store = new GoldenStore(name!);
        Assert.False(Directory.Exists(store.Folder), $"{store.Folder} exists. A golden store is never made anew; choose another name.");

        var isMade = false;
        try
        {
            await MakeSqliteAsync(store);
            await MakePostgreSqlAsync(store);
            isMade = true;
        }
        finally
        {
            if (!isMade && Directory.Exists(store.Folder)) Directory.Delete(store.Folder, recursive: true);
        }
    }

    private static async Task MakeSqliteAsync(GoldenStore store)
    {
        var folder = Directory.CreateTempSubdirectory("memento-golden-").FullName;
        try
        {
            var options = GoldenWork.In(folder);
            var expected = await MakeAsync(options);
            Assert.False(File.Exists($"{options.DatabaseFile}-wal"), "The database was closed and its log is still there.");
            await KeepAsync(store, store.SqliteFile, await File.ReadAllBytesAsync(options.DatabaseFile, Token), folder);
            await RehearseAsync(expected, GoldenWork.In(Path.Combine(folder, "rehearsal")), store.CopyAsync);
            await store.KeepExpectedAsync(StoreKind.Sqlite, expected);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MakePostgreSqlAsync(GoldenStore store)
    {
        await using var made = await PostgreSqlServer.CreateAsync();
        var expected = await MakeAsync(GoldenWork.On(made));
        var place = new NpgsqlConnectionStringBuilder(made.ConnectionString);
        var dump = Encoding.UTF8.GetBytes(await DumpAsync(place));
        await KeepAsync(store, store.PostgreSqlFile, dump, place.Database!, place.Password!, $"{place.Host}:{place.Port}");
        await using var copy = await PostgreSqlServer.CreateAsync();
        await RehearseAsync(expected, GoldenWork.On(copy), _ => store.LoadAsync(copy.ConnectionString));
        await store.KeepExpectedAsync(StoreKind.PostgreSql, expected);
    }

    /// <summary>Fills a store, reads it while the program that filled it runs, and stops that program.</summary>
    private static async Task<JsonObject> MakeAsync(StorageOptions options)
    {
        await using var server = await GoldenServer.StartAsync(options, GoldenWork.Start);
        var expected = await GoldenWork.FillAsync(server);
        expected["reads"] = await GoldenWork.ReadAsync(server);
        expected["audit"] = await GoldenReads.CountAuditAsync(new(server, GoldenWork.Main));
        return expected;
    }

    /// <summary>Lets new agents take what waits in a copy, and notes the order.</summary>
    private static async Task RehearseAsync(JsonObject expected, StorageOptions options, Func<StorageOptions, Task> copyAsync)
    {
        await copyAsync(options);
        await using var server = await GoldenServer.StartAsync(options, (DateTimeOffset)expected["madeAt"]!);
        var orders = new JsonObject();
        foreach (var (capability, count) in GoldenWork.Waiting)
        {
            var taken = await GoldenWork.CompleteAsync(new(server, GoldenWork.Main), $"new-{capability}", count, capability);
            orders[capability] = new JsonArray([.. taken.Select(task => (JsonNode)task.TaskId)]);
        }

        expected["order"] = orders;
    }

    /// <summary>Keeps what was made, unless it names the machine or something of it.</summary>
    private static async Task KeepAsync(GoldenStore store, string path, byte[] content, params string[] ofMachine)
    {
        string[] texts = [.. ofMachine, Environment.MachineName, GoldenStore.Root];
        foreach (var text in texts.Where(text => text.Length > 4)) // a shorter one is in any content by chance
            Assert.False(content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0, $"{Path.GetFileName(path)} contains \"{text}\".");
        await store.KeepAsync(path, content);
    }

    /// <summary>Dumps a database as statements that Npgsql can carry out, without what only the machine knows.</summary>
    private static async Task<string> DumpAsync(NpgsqlConnectionStringBuilder place)
    {
        string[] arguments = ["--no-owner", "--no-privileges", "--no-comments", "--inserts", "--rows-per-insert=50", "--encoding=UTF8"];
        var start = new ProcessStartInfo("pg_dump", arguments) { RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 };
        (start.Environment["PGHOST"], start.Environment["PGPORT"]) = (place.Host, $"{place.Port}");
        start.Environment["PGDATABASE"] = place.Database;
        (start.Environment["PGUSER"], start.Environment["PGPASSWORD"]) = (place.Username, place.Password);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("pg_dump did not start.");
        var dump = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.Equal(0, process.ExitCode);
        return OfOneMachine().Replace(dump, "");
    }

    /// <summary>Lines about the programs that dumped, commands of psql, and a setting that older servers do not know.</summary>
    [GeneratedRegex(@"^(-- Dumped .*|\\(un)?restrict .*|SET transaction_timeout .*)\n", RegexOptions.Multiline)]
    private static partial Regex OfOneMachine();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9.-]{0,60}$")]
    private static partial Regex Name();
}
