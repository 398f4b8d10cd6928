using System.Collections.Immutable;
using Memento.Agents;
using Memento.Bench.Stores;
using Memento.Tasks;

namespace Memento.Bench.Tasks;

/// <summary>The agents and the queue that are measured.</summary>
internal static class Fleet
{
    private static readonly JsonText Payload = JsonText.Parse("""{"repository":"acme/widgets","commit":"4f2a9c1e8b7d6f5a3c2e1d0b9a8f7e6d5c4b3a29","target":"release","files":["src/parser.cs","src/lexer.cs"],"flags":{"warnings":true,"level":3}}""");

    public static ITaskQueueGrain Queue(BenchSilo silo) => silo.Grains.GetGrain<ITaskQueueGrain>(new GrainKey(BenchSilo.Workspace, SubmitRules.DefaultQueue).ToString());

    public static IAgentGrain Agent(BenchSilo silo, int n) => silo.Grains.GetGrain<IAgentGrain>(new GrainKey(BenchSilo.Workspace, Name(n)).ToString());

    public static string Name(int n) => $"agent-{n:000000}";

    /// <summary>A task with 200 bytes of payload.</summary>
    public static SubmitTask Task(int n, params ImmutableArray<string> needs) => new() { Type = "build", Priority = n % 10, SessionId = $"session-{n % 100:00}", RequiredCapabilities = needs, EstimatedDurationMs = 1_000, Payload = Payload };

    public static async Task RegisterAsync(BenchSilo silo, int from, int count, int maxLoad, CancellationToken cancellationToken) => await Parallel.ForEachAsync(
        Enumerable.Range(from, count), new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken },
        async (n, _) => await Agent(silo, n).RegisterAsync(new() { Type = "bench", Capabilities = ["build"], MaxLoad = maxLoad }));

    /// <summary>An agent that receives up to so many tasks and says at once that they are done, until it is stopped.</summary>
    public static async Task WorkAsync(BenchSilo silo, int n, int max, Action<ImmutableArray<ReceivedTask>> received, Action<int> completed, CancellationToken cancellationToken)
    {
        var (agent, name) = (Agent(silo, n), Name(n));
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var items = (await agent.ReceiveAsync(new() { Max = max, WaitSeconds = 30 }, cancellationToken)).Items;
                if (items.IsEmpty) continue;
                received(items);
                var answers = await agent.ReportAsync([.. items.Select(t => new TaskSaying(t.TaskId, TaskOperation.Complete, new() { AgentId = name, Token = t.Token }))]);
                if (answers.FirstOrDefault(a => a.Refusal is not null) is { Refusal: { } refusal }) throw new BenchException($"A completion was refused: {refusal.Message}");
                completed(items.Length);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;   // the measurement is over
        }
    }
}
