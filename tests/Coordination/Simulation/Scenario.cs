using System.Collections.Immutable;
using Memento.Agents;
using Memento.Core.Coordination.Tasks;
using Memento.Tasks;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>A batch of tasks that a client submits.</summary>
internal sealed record SubmitPlan(long At, int Edge, string Queue, ImmutableArray<TaskSpec> Tasks, bool Rides);

/// <summary>Something that happens at a time: an operation of a user, or a fault.</summary>
internal sealed record Happening(long At, string What, string Target = "", long Length = 0);

/// <summary>A workload and the faults it meets, all of it from the seed.</summary>
internal sealed record Scenario
{
    private const long FaultsUntil = 30_000;

    private static readonly string[] Labels =
    [
        "agent.reserve", "agent.deliver", "task.assign", "task.release", "queue.checkout", "queue.settle", "queue.submit", "directory.candidates",
        "agent.register", "agent.receive", "agent.start", "agent.complete", "task.start", "task.complete", "task.expire", "task.depended",
        "agent.suspect", "agent.heartbeat", "agent.handoff", "wake:dispatcher", "wake:queue.hear", "wake:agent.ended", "wake:directory",
        "wake:monitor", "append:births", "append:Assigned", "append:Started", "append:Completed", "append:Released", "append:Registered",
        "append:Died", "append:Redriven", "append:DependencySatisfied", "append:AttemptFailed", "read:leases", "read:agent", "read:queue",
        "read:feed", "read:task", "read:dependents",
    ];

    private static readonly string[] Grains =
        ["queue/q0", "queue/q0", "queue/q1", "agent/a1", "agent/a1", "agent/a2", "task/t0", "task/t0", "task/t1", "directory/d"];

    public QueueSettings Settings { get; init; } = QueueSettings.Default;

    public DetectorSettings Detector { get; } = new(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(20));

    public ImmutableArray<string> Queues { get; } = ["q0", "q1"];

    public ImmutableArray<AgentPlan> Agents { get; init; } = [];

    public ImmutableArray<SubmitPlan> Submits { get; init; } = [];

    public ImmutableArray<Happening> Happenings { get; init; } = [];

    public FaultPlan Faults { get; init; } = FaultPlan.None;

    /// <summary>Agent whose session is handed off.</summary>
    public const string HandoffAgent = "a1";

    /// <summary>Visibility time-out in milliseconds.</summary>
    public long Claim => Settings.ClaimMs;

    /// <summary>Difference between the clocks of the two silos in milliseconds.</summary>
    public long Skew { get; init; }

    /// <summary>Time after which an idle task's activation is collected; 0 = never.</summary>
    public long CollectAfter { get; init; }

    public static Scenario Generate(SimRandom random)
    {
        var agents = MakeAgents(random);
        var submits = MakeSubmits(random);
        return new()
        {
            Settings = QueueSettings.Default with { ClaimMs = random.Pick(13_000, 60_000) },
            Agents = agents,
            Submits = submits,
            Happenings = [.. MakeOperations(random, submits), .. MakeFaults(random)],
            Faults = new(
                random.Pick(0, 0, 0.003, 0.01, 0.03),
                [.. Enumerable.Range(0, random.Pick(0, 1, 1, 2, 3)).Select(_ => random.Pick(Labels))],
                FaultsUntil),
            Skew = random.Pick(-1_500, 0, 1_500),
            CollectAfter = random.Chance(0.2) ? 20_000 : 0,
        };
    }

    private static ImmutableArray<AgentPlan> MakeAgents(SimRandom random)
    {
        var agents = ImmutableArray.CreateBuilder<AgentPlan>();
        agents.Add(Agent("a1", 0, 0) with { HangsOnFirst = random.Chance(0.06) });
        if (random.Chance(0.65)) agents.Add(Agent("a2", 1, random.Pick(0, 0, 8_000)));
        return agents.ToImmutable();

        AgentPlan Agent(string id, int silo, long startsAt) => new(id, silo, random.Pick(1, 1, 2), random.Pick(200, 1_000, 1_000, 5_000, 25_000), startsAt)
        {
            Capabilities = random.Chance(0.3) ? ["gpu"] : [],
            FailRate = random.Pick(0, 0, 0.3),
            OnReturn = random.Chance(0.2) ? ReturnPolicy.Resume : ReturnPolicy.Drop,
        };
    }

    private static ImmutableArray<SubmitPlan> MakeSubmits(SimRandom random)
    {
        var (submits, count) = (ImmutableArray.CreateBuilder<SubmitPlan>(), 0);
        foreach (var at in new long[] { 500, 3_000, 9_000, 14_000 })
        {
            if (submits.Count > 0 && random.Chance(0.6)) continue;
            var queue = random.Chance(0.2) ? "q1" : "q0";
            ImmutableArray<TaskSpec> tasks = [.. Enumerable.Range(0, random.Pick(1, 1, 2, 5)).Select(_ => Task(queue, at))];
            submits.Add(new(at, random.Next(2), queue, tasks, random.Chance(0.25)));
        }

        return submits.ToImmutable();

        TaskSpec Task(string queue, long at)
        {
            var spec = new TaskSpec { TaskId = $"t{count++}", Queue = queue, Type = "build", Priority = random.Next(3) };
            if (count > 1 && random.Chance(0.15)) spec = spec with { DependsOn = ["t0"], OnDependencyFailure = (DependencyFailure)random.Next(2) };
            if (random.Chance(0.1)) spec = spec with { RequiredCapabilities = ["gpu"] };
            if (random.Chance(0.08)) spec = spec with { Deadline = Cluster.T0.AddMilliseconds(at + random.Pick(4_000, 20_000)) };
            if (random.Chance(0.08)) spec = spec with { StartToClose = TimeSpan.FromSeconds(random.Pick(3, 15)) };
            if (random.Chance(0.12)) spec = spec with { HeartbeatTimeout = TimeSpan.FromSeconds(8) };
            if (random.Chance(0.05)) spec = spec with { ScheduleToStart = TimeSpan.FromSeconds(10) };
            return spec;
        }
    }

    private static IEnumerable<Happening> MakeOperations(SimRandom random, ImmutableArray<SubmitPlan> submits)
    {
        if (random.Chance(0.3))
        {
            var at = random.Pick<long>(1_000, 2_500, 5_000, 12_000);
            yield return new(at, "cancel", "t0");
            if (random.Chance(0.6)) yield return new(at + random.Pick<long>(100, 3_000, 9_000), "redrive", "t0");
        }

        if (random.Chance(0.1))
        {
            yield return new(16_000, "sweep", "t0");
            yield return new(17_000, "submit", "t0");
        }

        if (random.Chance(0.2)) yield return new(random.Pick<long>(4_000, 10_000), "handoff", "a2");
        _ = submits;
    }

    private static IEnumerable<Happening> MakeFaults(SimRandom random)
    {
        var restarted = false;
        for (var i = random.Pick(0, 1, 1, 2, 3); i > 0; i--)
        {
            var at = random.Pick<long>(0, 400, 505, 510, 515, 520, 530, 1_000, 2_000, 3_000, 5_000, 5_600, 8_000, 10_000, 15_000, 20_000, 25_000)
                + random.Pick<long>(0, 0, 3, 9, 250);
            var agent = random.Pick("a1", "a2");
            yield return random.Next(10) switch
            {
                0 => new(at, "crash", $"{random.Next(2)}"),
                1 => new(at, "crash all"),
                2 => new(at, "forget", random.Pick(Grains)),
                3 or 4 => new(at, "duplicate", random.Pick(Grains), random.Pick<long>(4_000, 12_000)),
                5 => new(at, "process dies", agent),
                6 => new(at, "process stops", agent, random.Pick<long>(7_000, 24_000)),
                7 when !restarted => new(at, "process restarts", agent),
                8 => new(at, "silo stops", $"{random.Next(2)}", random.Pick<long>(3_000, 10_000, 25_000)),
                _ => random.Chance(0.5) ? new(at, "mute", "", random.Pick<long>(1_500, 4_000)) : new(at, "register again", agent),
            };
            restarted = true;
        }
    }
}
