using Memento.Bench.Stores;

namespace Memento.Bench.Tasks;

/// <summary>Heartbeats a second, and what they write.</summary>
internal static class Heartbeats
{
    private const int Agents = 1_000;

    public static IReadOnlyList<Case> Cases { get; } = [new("heartbeats", $"heartbeats of {Agents:N0} agents, 64 callers", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token);
        await Fleet.RegisterAsync(silo, 0, Agents, 4, run.Token);
        var before = await silo.Store.GetSizeAsync(run.Token);
        var result = await run.Load(64).RunAsync(async (_, chance) =>
        {
            await Fleet.Agent(silo, chance.Next(Agents)).HeartbeatAsync(new() { Status = Memento.Agents.AgentStatus.Active });
            return 1;
        }, run.Token);
        run.Report("heartbeats", result, ("cpuUsPerOp", result.ProcessorMicroseconds), ("bytesWritten", await silo.Store.GetSizeAsync(run.Token) - before));
    }
}
