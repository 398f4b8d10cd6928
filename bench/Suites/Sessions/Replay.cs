using System.Diagnostics;
using Memento.Bench.Stores;
using Memento.Sessions;
using Memento.Storage;

namespace Memento.Bench.Sessions;

/// <summary>How fast a long history is read, decoded and applied, from the first entry on and without its snapshots.</summary>
internal static class Replay
{
    private const int Events = 100_000;
    private const int Page = 1_000;
    private const int Rounds = 5;

    public static IReadOnlyList<Case> Cases { get; } = [new("replay", $"read, decode and apply a session of {Events:N0} events, {Rounds} times", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        await LongSessions.CreateAsync(silo, "long", 1, Events, run.Token);
        var head = (await silo.Store.Journal.FindAsync(LongSessions.StreamOf("long"), run.Token))!;

        var times = new List<(double Total, double Reading)>();
        var processor = TimeSpan.Zero;
        for (var round = 0; round <= Rounds; round++)
        {
            var before = Environment.CpuUsage.TotalTime;
            var time = await ReplayAsync(silo.Store.Journal, head, run.Token);
            if (round == 0) continue;   // it warms the program up
            times.Add(time);
            processor += Environment.CpuUsage.TotalTime - before;
        }

        var median = times.OrderBy(t => t.Total).ElementAt(Rounds / 2);
        run.Report("replay", head.Position / median.Total, figures: [("events", Events), ("totalMs", median.Total * 1000), ("readingMs", median.Reading * 1000), ("cpuUsPerOp", processor.TotalMicroseconds / Rounds / head.Position)]);
    }

    /// <summary>As an activation does it: a page of entries, then the rules for each.</summary>
    private static async Task<(double Total, double Reading)> ReplayAsync(IJournal journal, StreamHead head, CancellationToken cancellationToken)
    {
        var (total, reading) = (Stopwatch.StartNew(), new Stopwatch());
        var state = SessionState.Empty;
        for (var position = 0L; position < head.Position;)
        {
            reading.Start();
            var entries = await journal.ReadAsync(head.StreamId, position + 1, head.Position, Page, cancellationToken: cancellationToken);
            reading.Stop();
            foreach (var entry in entries) state = Session.Apply(state, SessionFactCodec.Decode(entry.Kind, entry.Version, entry.Payload.Span));
            position = entries[^1].Position;
        }

        return state.LastSeq == Events ? (total.Elapsed.TotalSeconds, reading.Elapsed.TotalSeconds) : throw new BenchException($"The replay ended at event {state.LastSeq}.");
    }
}
