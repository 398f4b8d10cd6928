using System.Diagnostics;
using Memento.Bench.Measuring;
using Memento.Bench.Stores;
using Memento.Tasks;

namespace Memento.Bench.Tasks;

/// <summary>How long it takes until the tasks of agents that fall silent are in other hands.</summary>
internal static class Takeover
{
    private const int Rounds = 20;
    private const int Deaths = 10;   // at once
    private const int Held = 8;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public static IReadOnlyList<Case> Cases { get; } = [new("takeover", $"agents with {Held} tasks each fall silent, {Deaths} at once, {Rounds} times: milliseconds behind the time-out ({Timeout.TotalSeconds} s) until others have the first and the last of their tasks", RunAsync)];

    private static async Task RunAsync(Run run)
    {
        await using var database = await run.Stores.CreateAsync(run.Token);
        await using var silo = await BenchSilo.StartAsync(database, run.Token, ("Memento:Agents:HeartbeatInterval", "00:00:00.5"), ("Memento:Agents:HeartbeatTimeout", Timeout.ToString()));
        var (first, last, gate) = (new LatencyHistogram(), new LatencyHistogram(), new Lock());
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(Enumerable.Range(round * Deaths, Deaths).Select(n => Task.Run(async () =>
            {
                var (begin, end) = await DieAsync(silo, n, run.Token);
                lock (gate)
                {
                    first.Record(begin);
                    last.Record(end);
                }
            }, run.Token)));
        }

        run.Report("takeover", null, first.PercentileMs(0.5), first.PercentileMs(0.99), ("lastP50Ms", last.PercentileMs(0.5)), ("lastP99Ms", last.PercentileMs(0.99)));
    }

    /// <summary>An agent takes tasks, begins them, and is not heard again; its heir waits for them. Answers how far behind the time-out the first and the last arrive, in ticks of <see cref="Stopwatch"/>.</summary>
    private static async Task<(long First, long Last)> DieAsync(BenchSilo silo, int n, CancellationToken cancellationToken)
    {
        var (mortal, heir, skill) = (Fleet.Agent(silo, 2 * n), Fleet.Agent(silo, (2 * n) + 1), $"skill-{n}");
        await mortal.RegisterAsync(new() { Type = "bench", Capabilities = [skill], MaxLoad = Held });
        await Fleet.Queue(silo).SubmitAsync([.. Enumerable.Range(0, Held).Select(i => Fleet.Task(i, skill))]);
        var held = new List<ReceivedTask>();
        while (held.Count < Held) held.AddRange((await mortal.ReceiveAsync(new() { Max = Held, WaitSeconds = 5 }, cancellationToken)).Items);
        await heir.RegisterAsync(new() { Type = "bench", Capabilities = [skill], MaxLoad = Held });
        await mortal.ReportAsync([.. held.Select(t => new TaskSaying(t.TaskId, TaskOperation.Start, new() { AgentId = Fleet.Name(2 * n), Token = t.Token }))]);

        var (silent, first, count) = (Stopwatch.GetTimestamp() + (long)(Timeout.TotalSeconds * Stopwatch.Frequency), 0L, 0);
        while (count < Held)
        {
            var items = (await heir.ReceiveAsync(new() { Max = Held, WaitSeconds = 0.5 }, cancellationToken)).Items;   // asking is a sign of life
            if (first == 0 && !items.IsEmpty) first = Stopwatch.GetTimestamp();
            count += items.Length;
        }

        return (first - silent, Stopwatch.GetTimestamp() - silent);
    }
}
