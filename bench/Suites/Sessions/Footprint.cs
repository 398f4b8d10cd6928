using Memento.Bench.Stores;

namespace Memento.Bench.Sessions;

/// <summary>What an event takes on disk.</summary>
internal static class Footprint
{
    private const int Sessions = 1_000;
    private const int Events = 200_000;

    public static IReadOnlyList<Case> Cases { get; } = [new("disk", $"bytes on disk per event: {Events:N0} single events in {Sessions:N0} sessions", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using (await BenchSilo.StartAsync(database, run.Token)) { }
        var empty = await database.GetSizeAsync();

        var payload = 0L;
        await using (var silo = await BenchSilo.StartAsync(database, run.Token))
        {
            var sessions = await GrainAppends.CreateSessionsAsync(silo, Sessions, run.Token);
            await Parallel.ForAsync(0, Events, new ParallelOptions { MaxDegreeOfParallelism = 256, CancellationToken = run.Token }, async (i, _) =>
            {
                var session = i % Sessions;
                await sessions[session].AppendAsync([Work.Event(session, new Random(i))]);
            });
            for (var i = 0; i < 20; i++)
            {
                var head = (await silo.Store.Journal.FindAsync($"session/{BenchSilo.Workspace}/sess-{i:000000}", run.Token))!;
                payload += (await silo.Store.Journal.ReadAsync(head.StreamId, 2, long.MaxValue, 10_000, cancellationToken: run.Token)).Sum(e => (long)e.Payload.Length);
            }
        }

        var size = await database.GetSizeAsync();   // the embedded store has folded its log in when it closed
        run.Report("disk", figures: [("bytesPerEvent", (double)(size - empty) / Events), ("payloadBytesPerEvent", (double)payload / (20 * (Events / Sessions))), ("events", Events)]);
    }
}
