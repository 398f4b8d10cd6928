using System.Collections.Immutable;
using Memento.Agents;
using Memento.Core.Coordination.Queues;
using Orleans;

namespace Memento.Core.Coordination.Agents;

/// <summary>What an agent can take now. A hint for the choice: the agent's reservation has the last word.</summary>
[GenerateSerializer, Immutable, Alias("memento.AgentCapacity")]
public sealed record AgentCapacity
{
    [Id(0)]
    public required string AgentId { get; init; }

    /// <summary>The activation of the agent's grain that tells; 0 = the agent's row.</summary>
    [Id(1)]
    public long Source { get; init; }

    /// <summary>Grows with everything that one activation tells.</summary>
    [Id(2)]
    public long Version { get; init; }

    /// <summary>Whether this is older than what the same activation told before. Activations cannot be compared with each other.</summary>
    public bool IsOlderThan(AgentCapacity other) => Source == other.Source && Version < other.Version;

    [Id(3)]
    public ImmutableArray<string> Capabilities { get => field.IsDefault ? [] : field; init; }

    [Id(4)]
    public ImmutableArray<string>? TaskTypes { get; init; }

    [Id(5)]
    public int Priority { get; init; }

    /// <summary>Leases and reserved slots.</summary>
    [Id(6)]
    public int Load { get; init; }

    [Id(7)]
    public int MaxLoad { get; init; }

    /// <summary>Part of the agent's attempts that failed, 0 to 1.</summary>
    [Id(8)]
    public double ErrorRate { get; init; }

    /// <summary>Mean time from start to completion in milliseconds; null before the first.</summary>
    [Id(9)]
    public double? MeanDurationMs { get; init; }

    /// <summary>Whether the agent takes tasks at all.</summary>
    [Id(10)]
    public bool IsOpen { get; init; } = true;

    public int FreeSlots => IsOpen ? Math.Max(0, MaxLoad - Load) : 0;

    public AgentRoom Room => new(AgentId, FreeSlots, Capabilities, TaskTypes);

    /// <summary>How good a choice the agent is with this load, higher is better.</summary>
    public double ScoreFor(LoadBalancing strategy, int load, int requiredCapabilities) =>
        new AgentScore(Priority, load, MaxLoad, Capabilities.Length, ErrorRate, MeanDurationMs).For(strategy, requiredCapabilities);
}
