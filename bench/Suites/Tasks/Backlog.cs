using Memento.Bench.Measuring;
using Memento.Bench.Stores;

namespace Memento.Bench.Tasks;

/// <summary>What submitting costs when nothing waits, and when much does.</summary>
internal static class Backlog
{
    public static IReadOnlyList<Case> Cases { get; } = [new("backlog", "single submits with an empty queue and with --waiting tasks in it", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        foreach (var waiting in (int[])[0, run.Sizes["--waiting"]])
        {
            await using var database = await run.Stores.CreateAsync(run.Token);
            await using var silo = await BenchSilo.StartAsync(database, run.Token);
            var queue = Fleet.Queue(silo);
            for (var n = 0; n < waiting; n += 1_000) await queue.SubmitAsync([.. Enumerable.Range(n, Math.Min(1_000, waiting - n)).Select(i => Fleet.Task(i, "nobody-has-this"))]);
            await Fleet.RegisterAsync(silo, 0, 8, 64, run.Token);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(run.Token);
            var working = Enumerable.Range(0, 8).Select(n => Task.Run(() => Fleet.WorkAsync(silo, n, 64, _ => { }, _ => { }, over.Token), run.Token)).ToArray();
            var next = waiting;
            var result = await run.Load(16).RunAsync(async (_, _) =>
            {
                await queue.SubmitAsync([Fleet.Task(Interlocked.Increment(ref next), "build")]);
                return 1;
            }, run.Token);
            await over.CancelAsync();
            await Task.WhenAll(working);
            run.Report($"backlog-{waiting}", result, ("cpuUsPerOp", result.ProcessorMicroseconds), ("rssAfterMb", ProcessMemory.ResidentMb()));
        }
    }
}
