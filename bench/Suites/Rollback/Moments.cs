using System.Diagnostics;
using Memento.Bench.Measuring;
using Memento.Bench.Stores;
using Memento.Rollback;
using Memento.Workspaces;

namespace Memento.Bench.Rollback;

/// <summary>Points, diffs and rollbacks in a workspace in which one of a hundred documents changed since the point.</summary>
internal static class Moments
{
    private const int WarmUp = 3;
    private const int Times = 15;

    public static IReadOnlyList<Case> Cases { get; } =
        [new("moments", "create a point, read at it, diff it, preview and roll back to it, with 1 % changed since", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        var entities = run.Sizes["--entities"];
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        await Documents.FillAsync(silo, entities, run.Token);

        var workspace = Documents.Workspace(silo);
        var (documents, questions) = (silo.Grains.GetGrain<IWorkspaceQueryGrain>(BenchSilo.Workspace), silo.Grains.GetGrain<IRollbackQueryGrain>(BenchSilo.Workspace));
        var (points, reads, diffs, previews, rollbacks) = (new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram());
        var changed = 0L;
        for (var round = 1; round <= WarmUp + Times; round++)
        {
            if (round == WarmUp + 1) (points, reads, diffs, previews, rollbacks) = (new(), new(), new(), new(), new());
            var point = await TimeAsync(points, () => workspace.CreatePointAsync(new() { Name = $"round {round}" }));
            await Documents.ChangeSomeAsync(silo, entities, round, run.Token);
            for (var i = 0; i < 100; i++) await TimeAsync(reads, () => documents.GetAsync(new(DocumentKind.Entity, Documents.EntityId((i * 997) % entities)), point.RollbackPointId));
            changed = (await TimeAsync(diffs, () => questions.DiffAsync(point.RollbackPointId, new()))).Summary.Updated;
            await TimeAsync(previews, () => questions.PreviewAsync(point.RollbackPointId, new()));
            var done = await TimeAsync(rollbacks, () => RollBackAsync(silo, point.RollbackPointId, run.Token));
            if (done.Status is not RollbackStatus.Completed || (await workspace.GetAsync()).Root != point.Root) throw new BenchException($"The rollback ended {done.Status}: {done.Error?.Message}");
            Run.Say($"  round {round} of {WarmUp + Times}");
        }

        Report("create-point", points);
        Report("read-at-point", reads);
        Report("diff", diffs, ("documentsChanged", changed));
        Report("preview", previews, ("documentsChanged", changed));
        Report("rollback-safe", rollbacks, ("documentsChanged", changed), ("rssMb", ProcessMemory.ResidentMb()));

        void Report(string name, LatencyHistogram times, params IReadOnlyList<(string, double)> figures) =>
            run.Report(name, null, times.PercentileMs(0.5), times.PercentileMs(0.99), [("documents", entities * (1 + Documents.RelationshipsPerEntity)), .. figures]);
    }

    /// <summary>A full, safe rollback: with recovery point and verification, until it is over.</summary>
    private static async Task<RollbackView> RollBackAsync(BenchSilo silo, string pointId, CancellationToken cancellationToken)
    {
        var rollback = silo.Grains.GetGrain<IRollbackGrain>($"{BenchSilo.Workspace}/op-{Guid.CreateVersion7()}");
        var view = await rollback.StartAsync(pointId, new() { Strategy = RollbackStrategy.Safe });
        await foreach (var next in rollback.WatchAsync(cancellationToken)) view = next;
        return view;
    }

    private static async Task<T> TimeAsync<T>(LatencyHistogram times, Func<Task<T>> work)
    {
        var begun = Stopwatch.GetTimestamp();
        var result = await work();
        times.Record(Stopwatch.GetTimestamp() - begun);
        return result;
    }
}
