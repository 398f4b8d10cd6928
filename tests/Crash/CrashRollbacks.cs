using System.Text;
using Memento.Journaling;
using Memento.Rollback;
using Memento.Storage;
using Memento.Tests.Grains;
using Memento.Tests.Grains.Rollback;
using Microsoft.Extensions.DependencyInjection;

namespace Memento.Tests.Crash;

/// <summary>The process that is killed: a silo with some callers, each of which changes documents and rolls them back, one workspace after the other. It also goes on with what the process before it left.</summary>
internal static class CrashRollbacks
{
    private const int Callers = 3;
    private const int Documents = 40;

    private static readonly Lock Printing = new();
    private static readonly Stream Output = Console.OpenStandardOutput();

    /// <summary>Rolls back until it is killed.</summary>
    /// <param name="options">The store.</param>
    /// <param name="run">Name of this run; no two are alike.</param>
    public static async Task RunAsync(StorageOptions options, string run)
    {
        await using var database = new ExistingDatabase(options);
        await using var cluster = await SessionCluster.StartAsync(database, storage: o => o.Journal.SnapshotInterval = 20);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => RollBackAsync(cluster, run, caller)).Append(SweepAsync(cluster)));
    }

    private static async Task SweepAsync(SessionCluster cluster)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await timer.WaitForNextTickAsync()) await cluster.Services.GetRequiredService<RollbackSweeper>().SweepAsync(SweepShare.All, CancellationToken.None);
    }

    private static async Task RollBackAsync(SessionCluster cluster, string run, int caller)
    {
        var random = new Random(HashCode.Combine(run, caller));
        for (var i = 0; ; i++)
        {
            var rig = new RollbackRig(cluster, $"{run}-{caller}-{i}");
            await rig.WriteAsync("ann", [.. Enumerable.Range(0, Documents).Select(d => ($"d{d}", (string?)$"{{\"x\":{random.Next(100)}}}"))]);
            var point = await rig.PointAsync(ttl: 0);
            await rig.WriteAsync("ann", [.. Enumerable.Range(0, Documents).Select(d => ($"d{d}", d % 5 == 0 ? null : (string?)$"{{\"x\":{100 + random.Next(100)}}}")), ("new", "{}")]);
            var begun = new Begun(rig.Name, $"op-{Guid.NewGuid():N}", point.Root, await rig.RootAsync());
            Print(begun);
            var rollback = rig.Rollback(begun.OperationId);
            await rollback.StartAsync(point.RollbackPointId, new()
            {
                Strategy = (caller + i) % 3 == 0 ? RollbackStrategy.Safe : RollbackStrategy.Gradual, BatchSize = random.Next(1, 7), DelayMs = 0,
            });
            if ((caller + i) % 3 == 2) await CancelAsync(rollback, random.Next(1, Documents));
            await RollbackRig.EndAsync(rollback);
        }
    }

    private static async Task CancelAsync(IRollbackGrain rollback, int after)
    {
        try
        {
            await RollbackRig.ReachAsync(rollback, view => view.AppliedChanges >= after || view.IsOver);
            await rollback.CancelAsync();
        }
        catch (MementoException e) when (e.Code is Codes.RollbackConflict)
        {
            return;   // it was over before
        }
    }

    private static void Print(Begun begun)
    {
        lock (Printing)
        {
            Output.Write(Encoding.UTF8.GetBytes($"{begun.Workspace} {begun.OperationId} {begun.PointRoot} {begun.BeforeRoot}\n"));
            Output.Flush();
        }
    }

    /// <summary>A rollback that is about to be started, and the hash of all documents at its point and before it.</summary>
    internal sealed record Begun(string Workspace, string OperationId, string PointRoot, string BeforeRoot)
    {
        public static Begun Parse(string line) => line.Split(' ') is [var workspace, var operation, var point, var before] ? new(workspace, operation, point, before) : throw new FormatException(line);
    }
}
