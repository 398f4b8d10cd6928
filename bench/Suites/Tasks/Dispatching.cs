using System.Collections.Concurrent;
using System.Diagnostics;
using Memento.Bench.Measuring;
using Memento.Bench.Stores;

namespace Memento.Bench.Tasks;

/// <summary>Time from the submission of a task until its agent has it, at a steady rate, with few and many agents.</summary>
internal static class Dispatching
{
    public static IReadOnlyList<Case> Cases { get; } =
    [
        new("latency", "time from submit to receive, one task a call, at --rate tasks a second", run => RunAsync(run, "latency", 0)),
        new("latency-1k", "the same among 1,000 agents", run => RunAsync(run, "latency-1k", 1_000)),
        new("latency-100k", "the same among 100,000 agents", run => RunAsync(run, "latency-100k", 100_000)),
    ];

    private static async Task RunAsync(Run run, string name, int registered)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        var working = run.Sizes["--agents"];
        await Fleet.RegisterAsync(silo, 0, working, 16, run.Token);
        // The others are there and are asked for nothing: they lack what the tasks need.
        if (registered > working)
            await Parallel.ForEachAsync(Enumerable.Range(working, registered - working), new ParallelOptions { MaxDegreeOfParallelism = 128, CancellationToken = run.Token },
                async (n, _) => await Fleet.Agent(silo, n).RegisterAsync(new() { Type = "bench", Capabilities = [$"other-{n % 50}"], MaxLoad = 16 }));

        var queue = Fleet.Queue(silo);
        var begun = new ConcurrentDictionary<string, long>();
        var latencies = new LatencyHistogram();
        var gate = new Lock();
        var measuring = false;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(run.Token);
        var agents = Enumerable.Range(0, working).Select(n => Task.Run(() => Fleet.WorkAsync(silo, n, 16, items =>
        {
            var now = Stopwatch.GetTimestamp();
            foreach (var item in items)
            {
                if (!begun.TryRemove(item.SessionId!, out var at)) throw new BenchException($"{item.TaskId} was received twice, or was never submitted.");
                if (!measuring) continue;
                lock (gate) latencies.Record(now - at);
            }
        }, _ => { }, over.Token), run.Token)).ToArray();

        var clock = Stopwatch.StartNew();
        var (sent, rate, warmUp) = (0, run.Sizes["--rate"], TimeSpan.FromSeconds(10));
        var pending = new List<Task>();
        while (clock.Elapsed < warmUp + run.Duration)
        {
            if (!measuring && clock.Elapsed > warmUp) measuring = true;
            for (var due = (int)(clock.Elapsed.TotalSeconds * rate); sent < due; sent++)
            {
                var id = $"bench-{sent}";
                begun[id] = Stopwatch.GetTimestamp();
                pending.Add(queue.SubmitAsync([Fleet.Task(sent, "build") with { SessionId = id }]));
            }

            pending.RemoveAll(p => p.IsCompletedSuccessfully);
            await Task.Delay(1, run.Token);
        }

        await Task.WhenAll(pending);
        await over.CancelAsync();
        await Task.WhenAll(agents);
        run.Report(name, rate, latencies.PercentileMs(0.5), latencies.PercentileMs(0.99), ("agents", Math.Max(working, registered)));
    }
}
