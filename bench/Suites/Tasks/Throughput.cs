using System.Diagnostics;
using Memento.Bench.Measuring;
using Memento.Bench.Stores;

namespace Memento.Bench.Tasks;

/// <summary>Tasks per second from being submitted to being completed, all of it durable.</summary>
internal static class Throughput
{
    private const int Outstanding = 4_096;
    private const int Submitters = 16;

    public static IReadOnlyList<Case> Cases { get; } =
    [
        new("through-batch32", "submit, dispatch, complete: 32 tasks a submit, up to 32 a receive and a report", run => RunAsync(run, "through-batch32", 32)),
        new("through-single", "submit, dispatch, complete: one task a call", run => RunAsync(run, "through-single", 1)),
    ];

    private static async Task RunAsync(Run run, string name, int batch)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        var agents = run.Sizes["--agents"];
        await Fleet.RegisterAsync(silo, 0, agents, Math.Max(batch, 4), run.Token);
        var queue = Fleet.Queue(silo);
        long submitted = 0, completed = 0;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(run.Token);
        var working = Enumerable.Range(0, agents).Select(n => Task.Run(() => Fleet.WorkAsync(silo, n, batch, _ => { }, done => Interlocked.Add(ref completed, done), over.Token), run.Token)).ToArray();
        var submitting = Enumerable.Range(0, batch == 1 ? 64 : Submitters).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                while (Interlocked.Read(ref submitted) - Interlocked.Read(ref completed) > Outstanding && !over.IsCancellationRequested) await Task.Delay(1, run.Token);
                var first = (int)Interlocked.Add(ref submitted, batch);
                await queue.SubmitAsync([.. Enumerable.Range(first, batch).Select(n => Fleet.Task(n, "build"))]);
            }
        }, run.Token)).ToArray();

        await Task.Delay(TimeSpan.FromSeconds(10), run.Token);
        var (before, processor, allocated, begun) = (Interlocked.Read(ref completed), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
        await Task.Delay(run.Duration, run.Token);
        var (after, seconds) = (Interlocked.Read(ref completed), Stopwatch.GetElapsedTime(begun).TotalSeconds);
        var (used, bytes) = (Environment.CpuUsage.TotalTime - processor, GC.GetTotalAllocatedBytes() - allocated);
        await over.CancelAsync();
        await Task.WhenAll([.. submitting, .. working]);
        run.Report(name, (after - before) / seconds, figures: [("cpuUsPerOp", used.TotalMicroseconds / Math.Max(1, after - before)), ("allocatedPerOp", bytes / (double)Math.Max(1, after - before)), ("rssAfterMb", ProcessMemory.ResidentMb())]);
    }
}
