using System.Diagnostics;
using Memento.Bench.Measuring;
using Memento.Bench.Stores;
using Memento.Workspaces;

namespace Memento.Bench.Rollback;

/// <summary>Memory with a workspace that is much larger than memory should be.</summary>
internal static class ManyDocuments
{
    public static IReadOnlyList<Case> Cases { get; } = [new("memory", "memory of a silo that wrote, reads and writes a workspace of millions of documents", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        var documents = run.Sizes["--documents"];
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        var begun = Stopwatch.GetTimestamp();
        await Documents.FillAsync(silo, documents / (1 + Documents.RelationshipsPerEntity), run.Token);
        var filled = Stopwatch.GetElapsedTime(begun);
        var afterFill = ProcessMemory.ResidentMb();

        var (workspace, queries, entities) = (Documents.Workspace(silo), silo.Grains.GetGrain<IWorkspaceQueryGrain>(BenchSilo.Workspace), documents / (1 + Documents.RelationshipsPerEntity));
        var result = await run.Load(64).RunAsync(async (_, chance) =>
        {
            var n = chance.Next(entities);
            if (chance.Next(2) == 0) await queries.GetAsync(new(DocumentKind.Entity, Documents.EntityId(n)));
            else await workspace.WriteAsync(new() { AgentId = "writer", Operations = [Documents.Entity(n, chance.Next())] });
            return 1;
        }, run.Token);
        run.Report("memory", result,
            ("documents", (await workspace.GetAsync()).Documents), ("documentsPerSecondFilled", documents / filled.TotalSeconds), ("rssAfterFillMb", afterFill),
            ("rssAfterMb", ProcessMemory.ResidentMb()), ("heapAfterMb", ProcessMemory.LiveMb()), ("diskMb", await database.GetSizeAsync() / 1e6));
    }
}
