using System.Collections.Immutable;
using Memento.Agents;
using Orleans;

namespace Memento.Core.Coordination.Agents;

/// <summary>
/// What a directory shard remembers: when each agent was last heard, and its capacity. Its answers are bounded, so that they cost the
/// same for ten and for a hundred thousand agents. All of it can be rebuilt from the rows of living agents. Not thread-safe.
/// </summary>
public sealed class AgentDirectory(DetectorSettings settings)
{
    /// <summary>Most candidates in one answer.</summary>
    public const int MaxCandidates = 64;

    private readonly Dictionary<string, Entry> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Entry>> _groups = new(StringComparer.Ordinal);   // Agents with free slots, by what they can do.
    private readonly DueHeap<TimeSpan> _checks = new();   // When an agent may be overdue, at the earliest.
    private readonly ReadMarks _reads = new();
    private TimeSpan _paused;
    private int _turn;

    public int Count => _agents.Count;

    /// <summary>Records a call of the agent's own process.</summary>
    public void Heartbeat(AgentCapacity capacity, TimeSpan now)
    {
        var known = _agents.GetValueOrDefault(capacity.AgentId);
        var heartbeats = known?.Heartbeats.Heard(Net(now)) ?? HeartbeatHistory.StartAt(Net(now));
        Put(known is not null && capacity.IsOlderThan(known.Capacity) ? known.Capacity : capacity, heartbeats);
    }

    /// <summary>Takes over a capacity that something else than the agent's process changed. It is no sign of life.</summary>
    public void Update(AgentCapacity capacity, TimeSpan now)
    {
        var known = _agents.GetValueOrDefault(capacity.AgentId);
        if (known is not null && capacity.IsOlderThan(known.Capacity)) return;
        Put(capacity, known?.Heartbeats ?? HeartbeatHistory.StartAt(Net(now)));
    }

    public void Forget(string agentId)
    {
        _reads.Touch(agentId);
        Remove(agentId);
    }

    /// <summary>Leaves a pause of this silo out of account, for all agents.</summary>
    public void Pause(TimeSpan length) => _paused += length;

    /// <summary>Notes that a read of the rows of living agents begins.</summary>
    public long BeginRead() => _reads.Begin();

    /// <summary>Replaces memory by what was read, except what changed since the read began. New agents count as just heard.</summary>
    /// <param name="rows">Capacities by row: maxLoad minus leases; null if the read failed.</param>
    public void EndRead(long mark, IReadOnlyCollection<AgentCapacity>? rows, TimeSpan now)
    {
        var changed = _reads.End(mark);
        if (rows is null) return;
        var read = rows.Select(row => row.AgentId).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _agents.Keys.Where(id => !read.Contains(id) && !changed.Contains(id)).ToArray()) Remove(gone);
        foreach (var row in rows)
            if (!changed.Contains(row.AgentId)) Update(row, now);
    }

    /// <summary>Returns agents with free slots that are not late, at most <paramref name="max"/>, and begins with others each time.</summary>
    public ImmutableArray<AgentCapacity> Candidates(TimeSpan now, int max = MaxCandidates)
    {
        var found = ImmutableArray.CreateBuilder<AgentCapacity>();
        var groups = _groups.Values.ToArray();
        _turn = unchecked(_turn + 1) & int.MaxValue;
        for (var depth = 0; depth < max && found.Count < max; depth++)
        {
            var more = false;
            for (var i = 0; i < groups.Length && found.Count < max; i++)
            {
                var group = groups[(_turn + i) % groups.Length];
                if (depth >= group.Count) continue;
                more = true;
                var agent = group[(_turn + depth) % group.Count];
                if (agent.Heartbeats.Judge(Net(now), settings) is Health.Alive) found.Add(agent.Capacity);
            }

            if (!more) break;
        }

        return found.ToImmutable();
    }

    /// <summary>Whether the monitor should look: some agent may be overdue.</summary>
    public bool HasOverdue(TimeSpan now) => _checks.HasDue(Net(now));

    /// <summary>Returns the agents that may be dead, and nobody else. They are returned again until they are heard or forgotten.</summary>
    public ImmutableArray<Suspect> Suspects(TimeSpan now, int max = MaxCandidates)
    {
        var suspects = ImmutableArray.CreateBuilder<Suspect>();
        while (suspects.Count < max && _checks.TakeDue(Net(now)) is { } agentId)
        {
            var agent = _agents[agentId];
            if (agent.Heartbeats.Judge(Net(now), settings) is Health.Dead)
            {
                suspects.Add(new(agentId, agent.Heartbeats.Since(Net(now))));
                _checks.Set(agentId, Net(now) + settings.LookEvery);
            }
            else _checks.Set(agentId, NextCheck(agent.Heartbeats, Net(now)));
        }

        return suspects.ToImmutable();
    }

    private TimeSpan Net(TimeSpan now) => now - _paused;

    private TimeSpan NextCheck(HeartbeatHistory heartbeats, TimeSpan now)
    {
        var earliest = heartbeats.LastAt + (settings.PhiThreshold > 0 ? settings.Interval : settings.Timeout);
        return earliest > now ? earliest + TimeSpan.FromTicks(1) : now + settings.LookEvery;
    }

    private void Put(AgentCapacity capacity, HeartbeatHistory heartbeats)
    {
        _reads.Touch(capacity.AgentId);
        if (_agents.TryGetValue(capacity.AgentId, out var agent)) Leave(agent);
        else _agents.Add(capacity.AgentId, agent = new());
        (agent.Capacity, agent.Heartbeats) = (capacity, heartbeats);
        if (capacity.FreeSlots > 0) Enter(agent);
        if (!_checks.Contains(capacity.AgentId)) _checks.Set(capacity.AgentId, NextCheck(heartbeats, heartbeats.LastAt));
    }

    private void Remove(string agentId)
    {
        if (!_agents.Remove(agentId, out var agent)) return;
        Leave(agent);
        _checks.Set(agentId, null);
    }

    private void Enter(Entry agent)
    {
        var types = string.Join('\n', (agent.Capacity.TaskTypes ?? []).Order(StringComparer.Ordinal));
        agent.Group = $"{types}\n\n{string.Join('\n', agent.Capacity.Capabilities.Order(StringComparer.Ordinal))}";
        if (!_groups.TryGetValue(agent.Group, out var group)) _groups.Add(agent.Group, group = []);
        agent.Place = group.Count;
        group.Add(agent);
    }

    private void Leave(Entry agent)
    {
        if (agent.Group is null) return;
        var group = _groups[agent.Group];
        (group[agent.Place], group[^1].Place) = (group[^1], agent.Place);
        group.RemoveAt(group.Count - 1);
        if (group.Count == 0) _groups.Remove(agent.Group);
        agent.Group = null;
    }

    private sealed class Entry
    {
        public AgentCapacity Capacity { get; set; } = null!;

        public HeartbeatHistory Heartbeats { get; set; }

        public string? Group { get; set; }

        public int Place { get; set; }
    }
}

/// <summary>An agent that may be dead, by the directory's clock. The agent's own grain decides.</summary>
[GenerateSerializer, Immutable, Alias("memento.Suspect")]
public sealed record Suspect(
    [property: Id(0)] string AgentId,
    [property: Id(1)] TimeSpan SinceHeartbeat);
