using Memento.Bench.Measuring;
using Memento.Bench.Stores;
using Memento.Sessions;

namespace Memento.Bench.Sessions;

/// <summary>Durable events per second through the grain interface.</summary>
internal static class GrainAppends
{
    public static IReadOnlyList<Case> Cases { get; } =
    [
        new("raw-commit", "one client that commits one row after another, without Memento", async run => await RawCommits.ReportAsync(run)),
        new("append-1x1", "1 session, 1 caller, and its ratio to raw-commit", AloneAsync),
        new("append-1x64", "1 session, 64 callers", run => RunAsync(run, "append-1x64", 1, 64, 1)),
        new("append-1000x256", "1,000 sessions, 256 callers", run => RunAsync(run, "append-1000x256", 1_000, 256, 1)),
        new("append-batch16", "1,000 sessions, 256 callers, 16 events a call", run => RunAsync(run, "append-batch16", 1_000, 256, 16)),
    ];

    /// <summary>Creates sessions 0 … count - 1, which never expire.</summary>
    public static async Task<ISessionGrain[]> CreateSessionsAsync(BenchSilo silo, int count, CancellationToken cancellationToken)
    {
        var sessions = Enumerable.Range(0, count).Select(i => silo.Session($"sess-{i:000000}")).ToArray();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 128, CancellationToken = cancellationToken },
            async (i, _) => await sessions[i].CreateAsync(new CreateSession { AgentId = Work.AgentOf(i), TtlSeconds = 0 }));
        return sessions;
    }

    private static async Task AloneAsync(Run run)
    {
        // Before and after, because the disk of a shared machine has better and worse moments.
        var before = await RawCommits.MeasureAsync(run);
        var alone = await MeasureAsync(run, 1, 1, 1);
        var after = await RawCommits.MeasureAsync(run);
        var raw = (before.PerSecond + after.PerSecond) / 2;
        run.Report("append-1x1", alone.Result, [("rawPerSecond", raw), ("ratioToRaw", alone.Result.PerSecond / raw), .. alone.Memory]);
    }

    private static async Task RunAsync(Run run, string name, int sessions, int callers, int batch)
    {
        var (result, memory) = await MeasureAsync(run, sessions, callers, batch);
        run.Report(name, result, memory);
    }

    private static async Task<(LoadResult Result, (string, double)[] Memory)> MeasureAsync(Run run, int sessionCount, int callers, int batch)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        var sessions = await CreateSessionsAsync(silo, sessionCount, run.Token);
        var before = (Heap: ProcessMemory.LiveMb(), Resident: ProcessMemory.ResidentMb());
        var result = await run.Load(callers).RunAsync(async (_, chance) =>
        {
            var session = chance.Next(sessionCount);
            await sessions[session].AppendAsync(Work.Events(session, batch, chance));
            return batch;
        }, run.Token);
        return (result, [("cpuUsPerOp", result.ProcessorMicroseconds), ("allocatedPerOp", result.AllocatedPerUnit), ("pausedPercent", 100 * result.Paused.TotalSeconds / result.Seconds), ("heapBeforeMb", before.Heap), ("heapAfterMb", ProcessMemory.LiveMb()), ("rssBeforeMb", before.Resident), ("rssAfterMb", ProcessMemory.ResidentMb())]);
    }
}
