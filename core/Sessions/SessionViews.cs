using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Sessions;

/// <summary>A session as users see it.</summary>
[GenerateSerializer, Immutable, Alias("memento.SessionView")]
public sealed record SessionView
{
    [Id(0)] public required string SessionId { get; init; }
    [Id(1)] public required ImmutableArray<string> AgentIds { get; init; }
    [Id(2)] public required WorkState State { get; init; }
    [Id(3)] public required DateTimeOffset CreatedAt { get; init; }
    [Id(4)] public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it expires if nothing happens before; null = never.</summary>
    [Id(5), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Number of the newest event; 0 if there is none.</summary>
    [Id(6)] public required long LastSeq { get; init; }

    /// <summary>Events in the log, those that a fork shares with its parent included.</summary>
    [Id(7)] public required long EventCount { get; init; }

    [Id(8), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public SessionCheckpoint? CurrentCheckpoint { get; init; }
    [Id(9), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public JsonText? Metadata { get; init; }
    [Id(10)] public ParentRef? Parent { get; init; }

    /// <summary>False once it has expired.</summary>
    [Id(11)] public required bool Active { get; init; }

    /// <summary>Span of time that its events say they happened in; absent if none says so.</summary>
    [Id(12)] public DateTimeOffset? OccurredFrom { get; init; }

    /// <inheritdoc cref="OccurredFrom"/>
    [Id(13)] public DateTimeOffset? OccurredTo { get; init; }

    /// <summary>The newest events, oldest first, if they were asked for.</summary>
    [Id(14)] public ImmutableArray<SessionEvent>? Events { get; init; }

    public static SessionView Of(SessionState s, DateTimeOffset now) => new()
    {
        SessionId = s.SessionId,
        AgentIds = s.AgentIds,
        State = s.State,
        CreatedAt = s.CreatedAt,
        UpdatedAt = s.UpdatedAt,
        ExpiresAt = s.ExpiresAt,
        LastSeq = s.LastSeq,
        EventCount = s.LastSeq,
        CurrentCheckpoint = s.CurrentCheckpoint,
        Metadata = s.Metadata,
        Parent = s.Parent,
        Active = !Session.IsOver(s, now),
        OccurredFrom = s.OccurredFrom,
        OccurredTo = s.OccurredTo,
    };
}

/// <summary>The events that an append recorded: <c>firstSeq … lastSeq</c>, both included.</summary>
[GenerateSerializer, Immutable, Alias("memento.SeqRange")]
public sealed record SeqRange([property: Id(0)] long FirstSeq, [property: Id(1)] long LastSeq);

/// <summary>An event of any session of a workspace, in the order in which they were recorded.</summary>
[GenerateSerializer, Immutable, Alias("memento.FeedEvent")]
public sealed record FeedEvent
{
    /// <summary>Where to go on after this one. Opaque.</summary>
    [Id(0)] public required string Cursor { get; init; }

    [Id(1)] public required string SessionId { get; init; }
    [Id(2)] public required SessionEvent Event { get; init; }
}

/// <summary>A change that deserves attention: it broke what worked, or it had a heavy impact.</summary>
[GenerateSerializer, Immutable, Alias("memento.Transition")]
public sealed record Transition
{
    [Id(0)] public required long FromSeq { get; init; }
    [Id(1)] public required long ToSeq { get; init; }
    [Id(2)] public required ChangeInfo ChangeInfo { get; init; }
    [Id(3)] public Impact? Impact { get; init; }
}

/// <summary>A checkpoint as an entity remembers it.</summary>
[GenerateSerializer, Immutable, Alias("memento.Anchor")]
public sealed record Anchor
{
    [Id(0)] public required string SessionId { get; init; }
    [Id(1)] public required string CheckpointId { get; init; }
    [Id(2)] public required Outcome Outcome { get; init; }
    [Id(3)] public required ImmutableArray<string> KeyImpacts { get; init; }
    [Id(4)] public required double PerfDelta { get; init; }
    [Id(5)] public required ImmutableArray<string> Actors { get; init; }
    [Id(6)] public required DateTimeOffset Timestamp { get; init; }

    /// <summary>How many an entity remembers: the newest.</summary>
    public const int MaxPerEntity = 5;

    public static Anchor Of(string sessionId, SessionCheckpoint c) => new()
    {
        SessionId = sessionId,
        CheckpointId = c.CheckpointId,
        Outcome = c.Outcome,
        KeyImpacts = c.KeyImpacts,
        PerfDelta = c.PerfDelta,
        Actors = c.Actors,
        Timestamp = c.At,
    };
}

/// <summary>One entity that recent changes touched, and its newest anchor.</summary>
[GenerateSerializer, Immutable, Alias("memento.EntityContext")]
public sealed record EntityContext([property: Id(0)] string EntityId, [property: Id(1)] Anchor? LastAnchor = null);

/// <summary>What an agent should know before it joins.</summary>
[GenerateSerializer, Immutable, Alias("memento.HandoffContext")]
public sealed record HandoffContext
{
    [Id(0)] public required string SessionId { get; init; }

    /// <summary>The newest ten events, oldest first.</summary>
    [Id(1)] public required ImmutableArray<SessionEvent> RecentChanges { get; init; }

    [Id(2)] public required ImmutableArray<EntityContext> KgContext { get; init; }
    [Id(3)] public required string JoiningAdvice { get; init; }
}

/// <summary>What one agent did to one entity within a session.</summary>
[GenerateSerializer, Immutable, Alias("memento.EntityImpact")]
public sealed record EntityImpact
{
    [Id(0)] public required string EntityId { get; init; }

    /// <summary>Events of the agent that changed the entity.</summary>
    [Id(1)] public required long Count { get; init; }

    [Id(2)] public required double PerfDelta { get; init; }

    /// <summary>Those of the session's newest 100 checkpoints that cover the entity, newest first, at most five.</summary>
    [Id(3)] public required ImmutableArray<Anchor> Anchors { get; init; }
}

/// <summary>One agent's share of a session.</summary>
[GenerateSerializer, Immutable, Alias("memento.Isolation")]
public sealed record Isolation
{
    [Id(0)] public required string AgentId { get; init; }

    /// <summary>All its events.</summary>
    [Id(1)] public required long EventCount { get; init; }

    /// <summary>Its newest events, oldest first, at most 500.</summary>
    [Id(2)] public required ImmutableArray<SessionEvent> Events { get; init; }

    /// <summary>By entity, most often changed first, at most 500.</summary>
    [Id(3)] public required ImmutableArray<EntityImpact> Impacts { get; init; }

    [Id(4)] public required double TotalPerfDelta { get; init; }
}

/// <summary>The evidence of a failure, put aside at a checkpoint.</summary>
[GenerateSerializer, Immutable, Alias("memento.FailureSnapshot")]
public sealed record FailureSnapshot
{
    [Id(0)] public required string CheckpointId { get; init; }
    [Id(1)] public required SessionView Session { get; init; }

    /// <summary>Every test that the events below name as failed, each once.</summary>
    [Id(2)] public required ImmutableArray<string> TestsFailed { get; init; }

    /// <summary>The newest 50 events at that moment, oldest first.</summary>
    [Id(3)] public required ImmutableArray<SessionEvent> Events { get; init; }
}

/// <summary>Figures of a workspace.</summary>
[GenerateSerializer, Immutable, Alias("memento.SessionStats")]
public sealed record SessionStats
{
    /// <summary>Those that have not ended. One that expires is counted until the next sweep notices, some seconds later.</summary>
    [Id(0)] public required long ActiveSessions { get; init; }

    /// <summary>All that were ever made, deleted ones included; likewise the totals below.</summary>
    [Id(1)] public required long TotalSessions { get; init; }
    [Id(2)] public required long TotalEvents { get; init; }
    [Id(3)] public required double AverageEventsPerSession { get; init; }
    [Id(4)] public required long CheckpointsCreated { get; init; }
    [Id(5)] public required long FailureSnapshots { get; init; }

    /// <summary>Different agents in active sessions.</summary>
    [Id(6)] public required long AgentsActive { get; init; }

    /// <summary>Size of the whole database, all workspaces, in bytes.</summary>
    [Id(7)] public required long StorageBytes { get; init; }
}

/// <summary>Sum, mean and worst of the performance deltas, in percent; 0 where there are none.</summary>
[GenerateSerializer, Immutable, Alias("memento.PerformanceImpact")]
public sealed record PerformanceImpact([property: Id(0)] double Total, [property: Id(1)] double Average, [property: Id(2)] double Worst);

/// <summary>How often one entity was worked on.</summary>
[GenerateSerializer, Immutable, Alias("memento.EntityBreakdown")]
public sealed record EntityBreakdown([property: Id(0)] string EntityId, [property: Id(1)] long SessionCount, [property: Id(2)] double AvgImpact);

/// <summary>The sessions that touched some entities, taken together.</summary>
[GenerateSerializer, Immutable, Alias("memento.SessionAggregates")]
public sealed record SessionAggregates
{
    [Id(0)] public required long TotalSessions { get; init; }

    /// <summary>Agents in those of the sessions that have not ended.</summary>
    [Id(1)] public required ImmutableArray<string> ActiveAgents { get; init; }

    /// <summary>State transitions of those sessions, by the state they led to.</summary>
    [Id(2)] public required ImmutableDictionary<string, long> RecentOutcomes { get; init; }

    [Id(3)] public required PerformanceImpact PerformanceImpact { get; init; }
    [Id(4)] public required ImmutableArray<EntityBreakdown> EntityBreakdown { get; init; }
}
