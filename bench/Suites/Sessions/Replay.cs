using System.Diagnostics;
using Memento.Bench.Stores;
using Memento.Journaling;
using Memento.Sessions;

namespace Memento.Bench.Sessions;

/// <summary>How fast a long history is read, decoded and applied, from the first entry on and without its snapshots.</summary>
internal static class Replay
{
    private const int Events = 100_000;
    private const int WarmUps = 10;
    private const int Rounds = 10;

    public static IReadOnlyList<Case> Cases { get; } = [new("replay", $"read, decode and apply a session of {Events:N0} events, {Rounds} times", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        await LongSessions.CreateAsync(silo, "long", 1, Events, run.Token);
        var head = (await silo.Store.Journal.FindAsync(LongSessions.StreamOf("long"), run.Token))!;

        var session = new EventStream<SessionState, SessionFact>(silo.Store.Journal, new SessionMachine("long"), LongSessions.StreamOf("long"), int.MaxValue);
        var times = new List<double>();
        var processor = TimeSpan.Zero;
        for (var round = 0; round < WarmUps + Rounds; round++)
        {
            var before = Environment.CpuUsage.TotalTime;
            var time = Stopwatch.StartNew();
            var state = await session.LoadAtAsync(head.StreamId, 0, head.Position, _ => false, run.Token);
            if (state.LastSeq != Events) throw new BenchException($"The replay ended at event {state.LastSeq}.");
            if (round < WarmUps) continue;
            times.Add(time.Elapsed.TotalSeconds);
            processor += Environment.CpuUsage.TotalTime - before;
        }

        var median = times.Order().ElementAt(Rounds / 2);
        run.Report("replay", head.Position / median, figures: [("events", Events), ("totalMs", median * 1000), ("cpuUsPerOp", processor.TotalMicroseconds / Rounds / head.Position)]);
    }
}
