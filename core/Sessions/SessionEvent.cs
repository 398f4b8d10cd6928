using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Sessions;

/// <summary>What happened.</summary>
[JsonConverter(typeof(NamedEnumConverter<EventType>))]
public enum EventType { Modified = 0, Broke, Checkpoint, Handoff, [JsonStringEnumMemberName("test_pass")] TestPass, Start }

/// <summary>What kind of thing changed.</summary>
[JsonConverter(typeof(NamedEnumConverter<ElementType>))]
public enum ElementType { Function = 0, Cluster, Spec, Benchmark, Session }

[JsonConverter(typeof(NamedEnumConverter<Operation>))]
public enum Operation { Added = 0, Modified, Deleted, Renamed, Init }

[JsonConverter(typeof(NamedEnumConverter<Severity>))]
public enum Severity { Low = 0, Medium, High, Critical }

/// <summary>Who vouches for a state transition.</summary>
[JsonConverter(typeof(NamedEnumConverter<VerifiedBy>))]
public enum VerifiedBy { Test = 0, Build, Manual, Agent }

/// <summary>How the work of a session stands.</summary>
[JsonConverter(typeof(NamedEnumConverter<WorkState>))]
public enum WorkState { Working = 0, Broken, Coordinating, Completed }

/// <summary>How the work stood at a checkpoint.</summary>
[JsonConverter(typeof(NamedEnumConverter<Outcome>))]
public enum Outcome { Working = 0, Broken, Coordinated, Completed }

/// <summary>What an event changed.</summary>
[GenerateSerializer, Immutable, Alias("memento.ChangeInfo")]
public sealed record ChangeInfo
{
    [Id(0)] public required ElementType ElementType { get; init; }

    /// <summary>Names of the entities that changed; may be empty.</summary>
    [Id(1)] public required ImmutableArray<string> EntityIds { get; init; }

    [Id(2)] public required Operation Operation { get; init; }

    [Id(3)] public long? AffectedLines { get; init; }

    /// <summary>Hash of the change's meaning, as the agent computes it; opaque here.</summary>
    [Id(4)] public string? SemanticHash { get; init; }
}

/// <summary>A claim that the session's state changed. <see cref="To"/> becomes the session's state in the same commit.</summary>
[GenerateSerializer, Immutable, Alias("memento.StateTransition")]
public sealed record StateTransition
{
    [Id(0)] public required WorkState From { get; init; }
    [Id(1)] public required WorkState To { get; init; }
    [Id(2)] public required VerifiedBy VerifiedBy { get; init; }

    /// <summary>From 0 (a guess) to 1 (certain).</summary>
    [Id(3)] public required double Confidence { get; init; }
}

/// <summary>What an event did to the system around it.</summary>
[GenerateSerializer, Immutable, Alias("memento.Impact")]
public sealed record Impact
{
    [Id(0)] public required Severity Severity { get; init; }
    [Id(1)] public ImmutableArray<string>? TestsFailed { get; init; }

    /// <summary>Change in performance in percent; negative is slower.</summary>
    [Id(2)] public double? PerfDelta { get; init; }

    [Id(3)] public string? ExternalRef { get; init; }
}

/// <summary>What a <c>handoff</c> event did to the session's list of agents.</summary>
[JsonConverter(typeof(NamedEnumConverter<HandoffAction>))]
public enum HandoffAction { Joined = 0, Left, HandedOver }

/// <summary>Who came, who went, and what the one who goes wants known. Only Memento writes it, on join, leave and handoff.</summary>
[GenerateSerializer, Immutable, Alias("memento.HandoffNote")]
public sealed record HandoffNote
{
    [Id(0)] public required HandoffAction Action { get; init; }
    [Id(1)] public string? FromAgent { get; init; }
    [Id(2)] public string? ToAgent { get; init; }
    [Id(3)] public string? Reason { get; init; }
    [Id(4)] public JsonText? Context { get; init; }
    [Id(5)] public int? Priority { get; init; }

    /// <summary>Seconds that the session has left if nothing else happens; set when its last agent leaves.</summary>
    [Id(6)] public long? GraceTtlSeconds { get; init; }
}

/// <summary>One entry of a session's log, as stored, streamed and returned.</summary>
// Stored as JSON by name and sent by [Id]: add members, never rename or renumber.
[GenerateSerializer, Immutable, Alias("memento.SessionEvent")]
public sealed record SessionEvent
{
    /// <summary>Position in the session's log: 1, 2, 3 … without gaps.</summary>
    [Id(0)] public required long Seq { get; init; }

    [Id(1)] public required EventType Type { get; init; }

    /// <summary>Name of the agent that did it.</summary>
    [Id(2)] public required string Actor { get; init; }

    /// <summary>When it was recorded, by the server's clock; never decreases within a session.</summary>
    [Id(3)] public required DateTimeOffset Timestamp { get; init; }

    /// <summary>When it happened, as the caller says.</summary>
    [Id(4)] public DateTimeOffset? OccurredAt { get; init; }

    [Id(5)] public required ChangeInfo ChangeInfo { get; init; }
    [Id(6)] public StateTransition? StateTransition { get; init; }
    [Id(7)] public Impact? Impact { get; init; }
    [Id(8)] public JsonText? Metadata { get; init; }
    [Id(9)] public HandoffNote? Handoff { get; init; }

    /// <summary>The checkpoint that this event caused, recorded in the same commit.</summary>
    [Id(10)] public SessionCheckpoint? Checkpoint { get; init; }
}

/// <summary>An event as a caller offers it: without position, time and anything else that only Memento decides.</summary>
[GenerateSerializer, Immutable, Alias("memento.NewEvent")]
public sealed record NewEvent
{
    [Id(0)] public required EventType Type { get; init; }
    [Id(1)] public required string Actor { get; init; }
    [Id(2)] public required ChangeInfo ChangeInfo { get; init; }
    [Id(3)] public StateTransition? StateTransition { get; init; }
    [Id(4)] public Impact? Impact { get; init; }
    [Id(5)] public DateTimeOffset? OccurredAt { get; init; }
    [Id(6)] public JsonText? Metadata { get; init; }
}
