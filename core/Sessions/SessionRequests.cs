using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Sessions;

/// <summary>Body of "create a session".</summary>
[GenerateSerializer, Immutable, Alias("memento.CreateSession")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateSession
{
    [Id(0)] public required string AgentId { get; init; }

    /// <summary>Chosen by the caller, or null for a new <c>sess-…</c>.</summary>
    [Id(1)] public string? SessionId { get; init; }

    /// <summary>Seconds after the last activity until it expires; 0 = never; null = the default.</summary>
    [Id(2)] public long? TtlSeconds { get; init; }

    [Id(3)] public JsonText? Metadata { get; init; }

    /// <summary>If there are any, the session's first event is a <c>start</c> that names them.</summary>
    [Id(4)] public ImmutableArray<string> InitialEntityIds { get => field.IsDefault ? [] : field; init; }
}

/// <summary>Body of "fork a session".</summary>
[GenerateSerializer, Immutable, Alias("memento.ForkSession")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ForkSession
{
    /// <summary>The last event that the fork shares with its parent; 0 = none.</summary>
    [Id(0)] public required long AtSeq { get; init; }

    [Id(1)] public required string AgentId { get; init; }

    /// <summary>Chosen by the caller, or null for a new <c>sess-…</c>.</summary>
    [Id(2)] public string? SessionId { get; init; }
}

/// <summary>Body of "join" and "leave".</summary>
[GenerateSerializer, Immutable, Alias("memento.AgentName")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AgentName([property: Id(0)] string AgentId);

/// <summary>Body of "aggregate": 1 to 100 names of entities.</summary>
[GenerateSerializer, Immutable, Alias("memento.EntityNames")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record EntityNames([property: Id(0)] ImmutableArray<string> EntityIds);

/// <summary>Body of "hand a session over".</summary>
[GenerateSerializer, Immutable, Alias("memento.HandOver")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HandOver
{
    [Id(0)] public required string FromAgent { get; init; }
    [Id(1)] public required string ToAgent { get; init; }
    [Id(2)] public required string Reason { get; init; }
    [Id(3)] public JsonText? Context { get; init; }

    /// <summary>For whoever takes over; 0 or more.</summary>
    [Id(4)] public int? Priority { get; init; }
}

/// <summary>Body of "make a checkpoint".</summary>
[GenerateSerializer, Immutable, Alias("memento.MakeCheckpoint")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MakeCheckpoint
{
    /// <summary>Seconds that the session lives on if nothing else happens; null = the default.</summary>
    [Id(0)] public long? GraceTtlSeconds { get; init; }

    /// <summary>Puts the evidence aside even if failure snapshots are not on, or the session is not broken.</summary>
    [Id(1)] public bool IncludeFailureSnapshot { get; init; }
}

/// <summary>Direction of a list of events.</summary>
[JsonConverter(typeof(NamedEnumConverter<EventOrder>))]
public enum EventOrder { Asc = 0, Desc }

/// <summary>Which events of a session's log.</summary>
[GenerateSerializer, Immutable, Alias("memento.EventQuery")]
public sealed record EventQuery
{
    /// <summary>First seq, included; null = the beginning.</summary>
    [Id(0)] public long? From { get; init; }

    /// <summary>Last seq, included; null = the end.</summary>
    [Id(1)] public long? To { get; init; }

    [Id(2)] public EventType? Type { get; init; }
    [Id(3)] public string? Actor { get; init; }
    [Id(4)] public EventOrder Order { get; init; }
    [Id(5)] public int Limit { get; init; } = Paging.DefaultLimit;
    [Id(6)] public string? Cursor { get; init; }
}

/// <summary>Which sessions of a workspace, newest first. Conditions are combined with "and".</summary>
[GenerateSerializer, Immutable, Alias("memento.SessionQuery")]
public sealed record SessionQuery
{
    /// <summary>Sessions that this agent is or was in.</summary>
    [Id(0)] public string? Agent { get; init; }

    /// <summary>Sessions with an event of their own that names this entity; what a fork shares with its parent counts for the parent.</summary>
    [Id(1)] public string? Entity { get; init; }

    [Id(2)] public WorkState? State { get; init; }

    /// <summary>Outcome of the newest checkpoint.</summary>
    [Id(3)] public Outcome? Outcome { get; init; }

    /// <summary>Leaves out those that have expired.</summary>
    [Id(4)] public bool ActiveOnly { get; init; }

    /// <summary>Sessions in which something happened at or after this time.</summary>
    [Id(5)] public DateTimeOffset? Since { get; init; }

    /// <summary>Sessions in which something happened at or before this time.</summary>
    [Id(6)] public DateTimeOffset? Until { get; init; }

    [Id(7)] public int Limit { get; init; } = Paging.DefaultLimit;
    [Id(8)] public string? Cursor { get; init; }
}
