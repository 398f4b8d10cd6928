using System.Diagnostics;
using Memento.Bench.Measuring;
using Memento.Bench.Stores;
using Memento.Sessions;

namespace Memento.Bench.Sessions;

/// <summary>Time of the first call to a session that is not in memory. The database's pages are in its cache, as for a session that was in use a while ago.</summary>
internal static class Activations
{
    public static IReadOnlyList<Case> Cases { get; } = [new("activate", "first call to a session with 10, 1 k and 100 k events that is not in memory", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        await MeasureAsync(run, silo, "activate-10", count: 200, events: 10, rounds: 5);
        await MeasureAsync(run, silo, "activate-1k", count: 50, events: 998, rounds: 10);
        await MeasureAsync(run, silo, "activate-100k", count: 4, events: 99_998, rounds: 50);
    }

    private static async Task MeasureAsync(Run run, BenchSilo silo, string name, int count, int events, int rounds)
    {
        var sessions = new ISessionGrain[count];
        for (var i = 0; i < count; i++) sessions[i] = await LongSessions.CreateAsync(silo, $"{name}-{i}", i, events, run.Token);
        var times = new List<double>();
        for (var round = 0; round <= rounds; round++)
        {
            await silo.DeactivateAllAsync();
            foreach (var session in sessions)
            {
                var begun = Stopwatch.GetTimestamp();
                var view = await session.GetAsync();
                if (round > 0) times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);   // the first round warms the program up
                if (view.LastSeq != events) throw new BenchException($"{view.SessionId} has {view.LastSeq} events, not {events}.");
            }
        }

        run.Report(name, p50Ms: Percentile.Of(times, 0.5), p99Ms: Percentile.Of(times, 0.99), figures: [("activations", times.Count)]);
    }
}
