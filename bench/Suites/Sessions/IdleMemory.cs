using System.Collections.Immutable;
using System.Text.Json;
using Memento.Bench.Measuring;
using Memento.Bench.Stores;
using Memento.Sessions;

namespace Memento.Bench.Sessions;

/// <summary>Live managed memory that a session in memory takes: one that was only looked at, and one that was worked on.</summary>
internal static class IdleMemory
{
    private const int Sessions = 20_000;
    private const int Events = 25;

    public static IReadOnlyList<Case> Cases { get; } = [new("idle-memory", $"memory of {Sessions:N0} idle sessions with {Events} events each", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        var sessions = await GrainAppends.CreateSessionsAsync(silo, Sessions, run.Token);
        await silo.DeactivateAllAsync();

        var bare = ProcessMemory.LiveBytes();
        await EachAsync(run, i => sessions[i].AppendAsync(AsReceived(Work.Events(i, Events, new Random(i)))));
        var used = ProcessMemory.LiveBytes() - bare;

        await silo.DeactivateAllAsync();
        bare = ProcessMemory.LiveBytes();
        await EachAsync(run, i => sessions[i].GetAsync());
        var read = ProcessMemory.LiveBytes() - bare;

        run.Report("idle-memory", figures: [("bytesPerSessionRead", (double)read / Sessions), ("bytesPerSessionWritten", (double)used / Sessions), ("sessions", Sessions)]);
    }

    /// <summary>The events with strings of their own, as they come in from outside.</summary>
    private static ImmutableArray<NewEvent> AsReceived(ImmutableArray<NewEvent> events) =>
        JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(events, MementoJson.Default.ImmutableArrayNewEvent), MementoJson.Default.ImmutableArrayNewEvent);

    private static Task EachAsync(Run run, Func<int, Task> call) =>
        Parallel.ForAsync(0, Sessions, new ParallelOptions { MaxDegreeOfParallelism = 128, CancellationToken = run.Token }, async (i, _) => await call(i));
}
