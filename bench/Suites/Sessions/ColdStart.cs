using Memento.Bench.Measuring;
using Memento.Bench.Stores;

namespace Memento.Bench.Sessions;

/// <summary>How long until the program answers, and what it takes when nothing happens.</summary>
internal static class ColdStart
{
    private const int Starts = 5;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<Case> Cases { get; } = [new("start", $"start of the real program to its first answered list of sessions, {Starts} times, and its memory at rest", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        var times = new List<double>();
        var (resident, anonymous, first) = (0.0, 0.0, 0.0);
        for (var i = 0; i <= Starts; i++)
        {
            var (silo, ready) = await SiloProcess.StartAsync(database, run.Token);
            await using (silo)
            {
                if (i == 0) { first = ready.TotalMilliseconds; continue; }   // it makes the schema
                times.Add(ready.TotalMilliseconds);
                if (i < Starts) continue;
                await Task.Delay(Rest, run.Token);
                (resident, anonymous) = (silo.ResidentMb, silo.AnonymousMb);
            }
        }

        run.Report("start", figures: [("startMs", Percentile.Of(times, 0.5)), ("slowestStartMs", times.Max()), ("emptyDatabaseStartMs", first), ("rssAtRestMb", resident), ("anonymousAtRestMb", anonymous)]);
    }
}
