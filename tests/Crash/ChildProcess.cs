using System.Diagnostics;
using Memento.Storage;
using Memento.Tests.Crash.Histories;
using Memento.Tests.Storage;

namespace Memento.Tests.Crash;

/// <summary>Runs the test program as a second process, which a test can kill.</summary>
internal static class ChildProcess
{
    /// <summary>First argument of a child.</summary>
    public const string Mode = "child-process";

    /// <summary>
    /// Environment variable with the folder or connection string of the child's store; never on the command line, where others can see it.
    /// </summary>
    private const string Target = "MEMENTO_TEST_TARGET";

    /// <summary>
    /// Starts a child. <paramref name="shell"/> is a command line that ends by carrying out its arguments, e.g. to shut the child in first.
    /// </summary>
    public static Process Start(string what, StorageOptions options, IReadOnlyList<string>? shell = null, params IReadOnlyList<string> arguments)
    {
        string[] command = [.. shell ?? [], Path.Combine(AppContext.BaseDirectory, "Memento.Tests"), Mode, what, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment[Target] = options.Store is StoreKind.Sqlite ? options.DataDirectory : options.ConnectionStrings.PostgreSql;
        return Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
    }

    /// <summary>Runs a child to its end and gives its output.</summary>
    public static async Task<string> RunToEndAsync(string what, StorageOptions options, IReadOnlyList<string>? shell, CancellationToken cancellationToken)
    {
        using var child = Start(what, options, shell);
        var (output, errors) = (child.StandardOutput.ReadToEndAsync(cancellationToken), child.StandardError.ReadToEndAsync(cancellationToken));
        await child.WaitForExitAsync(cancellationToken);
        return await output + await errors;
    }

    public static async Task<int> RunAsync(string what, IReadOnlyList<string> arguments)
    {
        var target = Environment.GetEnvironmentVariable(Target) ?? throw new InvalidOperationException($"{Target} is not set.");
        switch (what)
        {
            case "write-sqlite":
                await CrashWriter.RunAsync(new StorageOptions { DataDirectory = target }, arguments[0]);
                return 0;
            case "write-postgresql":
                await CrashWriter.RunAsync(new StorageOptions { Store = StoreKind.PostgreSql, ConnectionStrings = { PostgreSql = target } }, arguments[0]);
                return 0;
            case "rollback-sqlite":
                await CrashRollbacks.RunAsync(new StorageOptions { DataDirectory = target }, arguments[0]);
                return 0;
            case "policies-sqlite":
                await CrashPolicies.RunAsync(new StorageOptions { DataDirectory = target });
                return 0;
            case "policies-postgresql":
                await CrashPolicies
                    .RunAsync(new StorageOptions { Store = StoreKind.PostgreSql, ConnectionStrings = { PostgreSql = target } });
                return 0;
            case "silo":
                return await HistorySilo.RunAsync(target, arguments[0]);
            case "agent":
                await HistoryAgent.RunAsync([.. arguments]);
                return 0;
            case "open":
                await OpenAsync(new StorageOptions { DataDirectory = target });
                return 0;
            case "fill":
                await FillAsync(new StorageOptions { DataDirectory = target });
                return 0;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "Unknown.");
        }
    }

    private static async Task OpenAsync(StorageOptions options)
    {
        try
        {
            await using var database = new ExistingDatabase(options);
            await database.Open().DisposeAsync();
            Console.WriteLine("opened");
        }
        catch (MementoException e)
        {
            Console.WriteLine(e.Message);
        }
    }

    /// <summary>Fills the disk, makes space, goes on, and looks whether all that was acknowledged is there.</summary>
    private static async Task FillAsync(StorageOptions options)
    {
        await using var database = new ExistingDatabase(options);
        var ballast = Path.Combine(options.DataDirectory, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[2 * 1024 * 1024]);
        SchemaMigrator.For(options).Migrate();
        await using var rig = new JournalRig(database);
        var (writer, position) = (await rig.WriterAsync(), 1L);
        for (var freed = false; ;)
        {
            try
            {
                await rig.AppendAsync(writer, position, 50);
                position += 50;
                if (freed) break;
            }
            catch (MementoException e) when (!freed)
            {
                Console.WriteLine(e.Message);
                await rig.HasPositionsAsync(writer, (int)position - 1);
                File.Delete(ballast);
                freed = true;
                writer = new JournalWriter(writer.Name, writer.StreamId);
            }
        }

        await rig.HasPositionsAsync(writer, (int)position - 1);
        Console.WriteLine("went on");
    }
}

/// <summary>A database that somebody else made and will remove.</summary>
internal sealed class ExistingDatabase(StorageOptions options) : TestDatabase
{
    public override StorageOptions Options => new() { Store = options.Store, DataDirectory = options.DataDirectory, ConnectionStrings = options.ConnectionStrings };

    public override bool IsSqlite => options.Store is StoreKind.Sqlite;

    public override Task<TestDatabase> AnotherAsync() => throw new NotSupportedException();

    public override Task<TestDatabase> AnotherUnmigratedAsync() => throw new NotSupportedException();

    public override ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override System.Data.Common.DbConnection Connect() => throw new NotSupportedException();
}
