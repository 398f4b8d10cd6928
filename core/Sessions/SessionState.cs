using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Sessions;

/// <summary>Where a fork came from.</summary>
[GenerateSerializer, Immutable, Alias("memento.ParentRef")]
public sealed record ParentRef([property: Id(0)] string SessionId, [property: Id(1)] long Seq);

/// <summary>How a session stood at one seq, summed up over its newest 20 events.</summary>
[GenerateSerializer, Immutable, Alias("memento.SessionCheckpoint")]
public sealed record SessionCheckpoint
{
    [Id(0)] public required string CheckpointId { get; init; }

    /// <summary>The newest event that the checkpoint covers.</summary>
    [Id(1)] public required long Seq { get; init; }

    [Id(2)] public required DateTimeOffset At { get; init; }
    [Id(3)] public required Outcome Outcome { get; init; }

    /// <summary>First entity of each covered event of high or critical impact, each once, oldest first.</summary>
    [Id(4)] public required ImmutableArray<string> KeyImpacts { get; init; }

    /// <summary>Sum of the covered events' performance deltas, in percent.</summary>
    [Id(5)] public required double PerfDelta { get; init; }

    /// <summary>Entities that the covered events touched, newest first, at most 64. Each gets this checkpoint as an anchor.</summary>
    [Id(6)] public required ImmutableArray<string> RefEntities { get; init; }

    /// <summary>Agents in the session at that moment, at most the newest 64.</summary>
    [Id(7)] public required ImmutableArray<string> Actors { get; init; }

    /// <summary>The session's new time to live in seconds if nothing else happens; absent when the checkpoint does not shorten it.</summary>
    [Id(8)] public long? GraceTtlSeconds { get; init; }
}

/// <summary>What the next checkpoint needs to know of one recent event.</summary>
[GenerateSerializer, Immutable, Alias("memento.RecentEvent")]
public sealed record RecentEvent
{
    [Id(0)] public required ImmutableArray<string> EntityIds { get; init; }
    [Id(1)] public bool Broke { get; init; }
    [Id(2)] public bool HighImpact { get; init; }
    [Id(3)] public double PerfDelta { get; init; }
}

/// <summary>Running figures of a session.</summary>
[GenerateSerializer, Immutable, Alias("memento.SessionTotals")]
public sealed record SessionTotals
{
    /// <summary>Transitions to working, broken, coordinating and completed, in the order of <see cref="WorkState"/>.</summary>
    [Id(0)] public ImmutableArray<long> TransitionsTo { get; init; } = [0, 0, 0, 0];

    [Id(1)] public long PerfCount { get; init; }
    [Id(2)] public double PerfSum { get; init; }

    /// <summary>Most negative performance delta; 0 if there was none below it.</summary>
    [Id(3)] public double PerfWorst { get; init; }
}

/// <summary>Whether a session can still be used.</summary>
[JsonConverter(typeof(NamedEnumConverter<SessionEnd>))]
public enum SessionEnd { None = 0, Expired, Deleted }

/// <summary>What a session remembers besides its log. Its size does not depend on the log's. Stored as JSON by name and sent by [Id]: add members, never rename or renumber.</summary>
[GenerateSerializer, Immutable, Alias("memento.SessionState")]
public sealed record SessionState
{
    /// <summary>Before anything happened.</summary>
    public static readonly SessionState Empty = new();

    [Id(0)] public string SessionId { get; init; } = "";
    [Id(1)] public ImmutableArray<string> AgentIds { get; init; } = [];
    [Id(2)] public WorkState State { get; init; }
    [Id(3)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Time of the last activity. The time to live counts from here.</summary>
    [Id(4)] public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Time to live in seconds after the last activity; 0 = never expires.</summary>
    [Id(5)] public long TtlSeconds { get; init; }

    /// <summary>If set, this is when the session expires unless something happens before.</summary>
    [Id(6)] public DateTimeOffset? GraceUntil { get; init; }

    /// <summary>Number of the newest event, 0 if there is none. A fork goes on from its parent's.</summary>
    [Id(7)] public long LastSeq { get; init; }

    /// <summary>Position of the newest entry in the journal stream. Entries that are no events (creation, checkpoints on demand) take a position and no seq.</summary>
    [Id(8)] public long Position { get; init; }

    [Id(9)] public JsonText? Metadata { get; init; }
    [Id(10)] public ParentRef? Parent { get; init; }
    [Id(11)] public SessionCheckpoint? CurrentCheckpoint { get; init; }
    [Id(12)] public SessionEnd End { get; init; }

    /// <summary>The newest <see cref="Session.Window"/> events, oldest first.</summary>
    [Id(13)] public ImmutableArray<RecentEvent> Recent { get; init; } = [];

    [Id(14)] public SessionTotals Totals { get; init; } = new();

    /// <summary>Earliest and latest time that any event says it happened at.</summary>
    [Id(15)] public DateTimeOffset? OccurredFrom { get; init; }

    /// <inheritdoc cref="OccurredFrom"/>
    [Id(16)] public DateTimeOffset? OccurredTo { get; init; }

    /// <summary>Whether the session was ever created.</summary>
    [JsonIgnore] public bool Exists => Position > 0;

    /// <summary>When the session expires if nothing happens before; null = never.</summary>
    [JsonIgnore] public DateTimeOffset? ExpiresAt => GraceUntil ?? (TtlSeconds == 0 ? null : UpdatedAt.AddSeconds(TtlSeconds));
}
