using System.Collections.Immutable;

namespace Memento.Sessions;

/// <summary>Adds up what one agent did in a session, event by event. Memory follows the entities that it touched, not the log.</summary>
public sealed class IsolationTally(string agentId)
{
    /// <summary>Most of the newest checkpoints that anchors are looked for in.</summary>
    public const int CheckpointsUsed = 100;

    private const int MaxListed = 500;

    private readonly Queue<SessionEvent> _newest = new();
    private readonly Dictionary<string, (long Count, double Perf)> _impacts = new(StringComparer.Ordinal);
    private long _count;
    private double _perf;

    /// <summary>Counts an event, if it is the agent's.</summary>
    public void Add(SessionEvent happened)
    {
        if (happened.Actor != agentId) return;
        var perf = happened.Impact?.PerfDelta ?? 0;
        _count++;
        _perf += perf;
        _newest.Enqueue(happened);
        if (_newest.Count > MaxListed) _newest.Dequeue();
        foreach (var entity in happened.ChangeInfo.EntityIds.Distinct())
        {
            var (count, sum) = _impacts.GetValueOrDefault(entity);
            _impacts[entity] = (count + 1, sum + perf);
        }
    }

    /// <summary>The result: the newest events, and the entities that were touched most.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="checkpoints">Its checkpoints, newest first.</param>
    public Isolation Build(string sessionId, ImmutableArray<SessionCheckpoint> checkpoints) => new()
    {
        AgentId = agentId,
        EventCount = _count,
        Events = [.. _newest],
        TotalPerfDelta = _perf,
        Impacts = [.. _impacts.OrderByDescending(i => i.Value.Count).ThenBy(i => i.Key, StringComparer.Ordinal).Take(MaxListed).Select(i => new EntityImpact
        {
            EntityId = i.Key,
            Count = i.Value.Count,
            PerfDelta = i.Value.Perf,
            Anchors = [.. checkpoints.Where(c => c.RefEntities.Contains(i.Key)).Take(Anchor.MaxPerEntity).Select(c => Anchor.Of(sessionId, c))],
        })],
    };
}
