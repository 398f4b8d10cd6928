using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;

namespace Memento.Agents;

/// <summary>What agents and their directories measure. Meter <see cref="Telemetry.Name"/>.</summary>
internal sealed class AgentInstruments
{
    private readonly ConcurrentDictionary<object, Func<int>> _directories = new(ReferenceEqualityComparer.Instance);
    private readonly Counter<long> _heartbeats;
    private readonly Counter<long> _deaths;
    private readonly Counter<long> _returns;

    public AgentInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(Telemetry.Name);
        _heartbeats = meter.CreateCounter<long>("memento.agents.heartbeats", "{heartbeat}", "Heartbeats of agents; other calls are signs of life too and are not among them.");
        _deaths = meter.CreateCounter<long>("memento.agents.deaths", "{agent}", "Agents that were silent for too long.");
        _returns = meter.CreateCounter<long>("memento.agents.returns", "{agent}", "Agents that were taken for dead and were heard again.");
        meter.CreateObservableUpDownCounter("memento.agents.alive", () => _directories.Sum(d => (long)d.Value()), "{agent}", "Agents that are listened to, by the directories on this silo.");
    }

    /// <summary>Counts a directory's agents whenever somebody asks, from whichever thread, until it is forgotten.</summary>
    public void Follow(object directory, Func<int> count) => _directories[directory] = count;

    public void Forget(object directory) => _directories.TryRemove(directory, out _);

    public void Heartbeat() => _heartbeats.Add(1);

    /// <summary>An agent's facts are durable.</summary>
    public void Record(AgentState before, ImmutableArray<AgentFact> facts)
    {
        foreach (var fact in facts)
        {
            if (fact is AgentFact.Died) _deaths.Add(1);
            else if (fact is AgentFact.Returned || (fact is AgentFact.Registered && before.IsDead)) _returns.Add(1);
        }
    }
}
