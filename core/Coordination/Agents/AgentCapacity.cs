using System.Collections.Immutable;
using Memento.Agents;
using Memento.Core.Coordination.Queues;

namespace Memento.Core.Coordination.Agents;

/// <summary>What an agent can take now. A hint for the choice: the agent's reservation has the last word.</summary>
public sealed record AgentCapacity
{
    public required string AgentId { get; init; }

    /// <summary>The activation of the agent's grain that tells; 0 = the agent's row.</summary>
    public long Source { get; init; }

    /// <summary>Grows with everything that one activation tells.</summary>
    public long Version { get; init; }

    /// <summary>Whether this is older than what the same activation told before. Activations cannot be compared with each other.</summary>
    public bool IsOlderThan(AgentCapacity other) => Source == other.Source && Version < other.Version;

    public ImmutableArray<string> Capabilities { get => field.IsDefault ? [] : field; init; }

    public ImmutableArray<string>? TaskTypes { get; init; }

    public int Priority { get; init; }

    /// <summary>Leases and reserved slots.</summary>
    public int Load { get; init; }

    public int MaxLoad { get; init; }

    /// <summary>Part of the agent's attempts that failed, 0 to 1.</summary>
    public double ErrorRate { get; init; }

    /// <summary>Mean time from start to completion in milliseconds; null before the first.</summary>
    public double? MeanDurationMs { get; init; }

    /// <summary>Whether the agent takes tasks at all.</summary>
    public bool IsOpen { get; init; } = true;

    public int FreeSlots => IsOpen ? Math.Max(0, MaxLoad - Load) : 0;

    public AgentRoom Room => new(AgentId, FreeSlots, Capabilities, TaskTypes);

    /// <summary>How good a choice the agent is with this load, higher is better.</summary>
    public double ScoreFor(LoadBalancing strategy, int load, int requiredCapabilities) =>
        new AgentScore(Priority, load, MaxLoad, Capabilities.Length, ErrorRate, MeanDurationMs).For(strategy, requiredCapabilities);
}
