using System.Globalization;
using System.Text;
using Memento.Sessions;
using Memento.Storage;
using Memento.Tests.Grains;

namespace Memento.Tests.Crash;

/// <summary>The process that is killed: a silo with many callers that write to many sessions and print, without a buffer, each event that was acknowledged.</summary>
internal static class CrashWriter
{
    public const int Sessions = 24;
    public const string Workspace = "crash";

    private const int Callers = 48;

    private static readonly Lock Printing = new();
    private static readonly Stream Output = Console.OpenStandardOutput();

    public static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"s{number:00}");

    /// <summary>Writes until it is killed.</summary>
    /// <param name="options">The store.</param>
    /// <param name="run">Name of this run; no two are alike.</param>
    public static async Task RunAsync(StorageOptions options, string run)
    {
        await using var database = new ExistingDatabase(options);
        await using var cluster = await SessionCluster.StartAsync(database, storage: o => o.Journal.SnapshotInterval = 40);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => WriteAsync(cluster, run, caller)));
    }

    private static async Task WriteAsync(SessionCluster cluster, string run, int caller)
    {
        var random = new Random(HashCode.Combine(run, caller));
        for (var i = 0; ; i++)
        {
            var session = cluster.Session(IdOf(random.Next(Sessions)), Workspace);
            var names = Enumerable.Range(0, random.Next(1, 4)).Select(part => $"{run}-{caller}-{i}-{part}").ToArray();
            NewEvent[] events = [.. names.Select(name => SessionCluster.Change(0, $"agent {caller}", $"entity {random.Next(200)}") with { Metadata = JsonText.Parse($"{{\"name\":\"{name}\"}}") })];
            try
            {
                var range = await session.AppendAsync([.. events], i % 3 == 0 ? names[0] : null);
                Print(string.Concat(names.Select((name, part) => $"{GrainKey.Parse(session.GetPrimaryKeyString()).Id} {range.FirstSeq + part} {name}\n")));
                if (i % 50 == 7) await session.CheckpointAsync(new() { GraceTtlSeconds = 1_000_000 });
                if (i % 20 == 3) await session.JoinAsync($"guest {random.Next(30)}");
            }
            catch (MementoException e) when (e.Code is Codes.SessionNotFound)
            {
                await CreateAsync(session);
            }
        }
    }

    private static async Task CreateAsync(ISessionGrain session)
    {
        try
        {
            await session.CreateAsync(new() { AgentId = "maker", TtlSeconds = 0 });
        }
        catch (MementoException e) when (e.Code is Codes.SessionExists)
        {
            return;   // another caller was faster
        }
    }

    private static void Print(string lines)
    {
        lock (Printing)
        {
            Output.Write(Encoding.UTF8.GetBytes(lines));
            Output.Flush();
        }
    }
}
