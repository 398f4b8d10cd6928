using System.Text.Json.Serialization;

namespace Memento.Agents;

/// <summary>Who gets a task when several agents could.</summary>
[JsonConverter(typeof(NamedEnumConverter<LoadBalancing>))]
public enum LoadBalancing
{
    /// <summary>One after the other.</summary>
    [JsonStringEnumMemberName("round-robin")] RoundRobin = 0,
    /// <summary>Whoever has the smallest part of its capacity in use.</summary>
    [JsonStringEnumMemberName("least-loaded")] LeastLoaded,
    /// <summary>Whoever has the highest priority.</summary>
    [JsonStringEnumMemberName("priority-based")] PriorityBased,
    /// <summary>Whoever can do the most besides what is needed.</summary>
    [JsonStringEnumMemberName("capability-weighted")] CapabilityWeighted,
    /// <summary>A weighted mean of load, priority, reliability, speed and capabilities.</summary>
    [JsonStringEnumMemberName("dynamic")] Dynamic,
}

/// <summary>What the choice of an agent rests on.</summary>
/// <param name="Priority">0 to 10.</param>
/// <param name="Load">Tasks that it holds.</param>
/// <param name="MaxLoad">Tasks that it may hold.</param>
/// <param name="Capabilities">How many it has.</param>
/// <param name="ErrorRate">Part of its attempts that failed, 0 to 1.</param>
/// <param name="MeanDurationMs">Mean time of what it completed, in milliseconds; null before the first.</param>
public readonly record struct AgentScore(int Priority, int Load, int MaxLoad, int Capabilities, double ErrorRate, double? MeanDurationMs)
{
    /// <summary>How good a choice an agent is for a task, higher is better; of equal ones the next in turn is taken. All parts are from 0 to 1.</summary>
    /// <param name="strategy">How to judge.</param>
    /// <param name="required">How many capabilities the task asks for; the agent has them all.</param>
    public double For(LoadBalancing strategy, int required) => strategy switch
    {
        LoadBalancing.RoundRobin => 0,
        LoadBalancing.LeastLoaded => FreePart,
        LoadBalancing.PriorityBased => Priority,
        LoadBalancing.CapabilityWeighted => CapabilityScore(required),
        LoadBalancing.Dynamic => (0.3 * FreePart) + (0.2 * Math.Min(1, Priority / 10.0)) + (0.2 * (1 - ErrorRate)) + (0.15 * Speed) + (0.15 * Math.Min(1, CapabilityScore(required) / 10)),
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "Unknown strategy."),
    };

    private double FreePart => 1 - ((double)Load / MaxLoad);

    /// <summary>1 for an agent that needs no time, or has done nothing yet; one half for one that needs a second.</summary>
    private double Speed => MeanDurationMs is { } mean ? 1 / (1 + (mean / 1_000)) : 1;

    /// <summary>Two for each capability that the task asks for, one half for each other.</summary>
    private double CapabilityScore(int required) => (2 * required) + (0.5 * (Capabilities - required));
}
