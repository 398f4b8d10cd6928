using Memento.Bench.Stores;
using Memento.Sessions;

namespace Memento.Bench.Sessions;

/// <summary>How many sessions can be started.</summary>
internal static class Creates
{
    private const int Callers = 256;

    public static IReadOnlyList<Case> Cases { get; } = [new("create", $"new sessions with a start event, {Callers} callers", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        var next = 0;
        var result = await run.Load(Callers).RunAsync(async (_, _) =>
        {
            var n = Interlocked.Increment(ref next);
            await silo.Session($"sess-{n:0000000}").CreateAsync(new CreateSession { AgentId = Work.AgentOf(n), InitialEntityIds = [Work.FileOf(n, 0)] });
            return 1;
        }, run.Token);
        run.Report("create", result);
    }
}
