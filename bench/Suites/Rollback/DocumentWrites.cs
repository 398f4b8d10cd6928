using Memento.Bench.Measuring;
using Memento.Bench.Stores;
using Memento.Workspaces;

namespace Memento.Bench.Rollback;

/// <summary>Durable document writes per second through the grain interface, all in one workspace.</summary>
internal static class DocumentWrites
{
    private const int Callers = 256;
    private const int Known = 10_000;

    public static IReadOnlyList<Case> Cases { get; } =
    [
        new("put-new", $"single puts of new documents, {Callers} callers", run => RunAsync(run, "put-new", 1, isNew: true)),
        new("put-known", $"single puts over {Known:N0} documents, {Callers} callers", run => RunAsync(run, "put-known", 1, isNew: false)),
        new("put-batch16", $"16 new documents a call, {Callers} callers", run => RunAsync(run, "put-batch16", 16, isNew: true)),
    ];

    private static async Task RunAsync(Run run, string name, int batch, bool isNew)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        var workspace = Documents.Workspace(silo);
        var next = 0;
        var result = await run.Load(Callers).RunAsync(async (_, chance) =>
        {
            var first = isNew ? Interlocked.Add(ref next, batch) - batch : chance.Next(Known);
            var version = isNew ? 0 : chance.Next();
            await workspace.WriteAsync(new WriteDocuments { AgentId = $"agent-{first % 500:000}", Operations = [.. Enumerable.Range(first, batch).Select(n => Documents.Entity(n, version))] });
            return batch;
        }, run.Token);
        run.Report(name, result, ("cpuUsPerOp", result.ProcessorMicroseconds), ("allocatedPerOp", result.AllocatedPerUnit), ("rssAfterMb", ProcessMemory.ResidentMb()));
    }
}
