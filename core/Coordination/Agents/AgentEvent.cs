using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Memento.Agents;

namespace Memento.Core.Coordination.Agents;

/// <summary>An event in an agent's stream. Heartbeats are not in it.</summary>
public abstract record AgentEvent : IFact
{
    private AgentEvent() { }

    /// <summary>The stored form of agents.</summary>
    public static FactCodec<AgentState, AgentEvent> Codec { get; } =
        new FactCodec<AgentState, AgentEvent>("agent", CoordinationJson.Default.AgentState)
            .With("agent.registered", CoordinationJson.Default.AgentRegistered)
            .With("agent.status_changed", CoordinationJson.Default.AgentStatusChanged)
            .With("agent.died", CoordinationJson.Default.AgentDied)
            .With("agent.returned", CoordinationJson.Default.AgentReturned)
            .With("agent.removed", CoordinationJson.Default.AgentRemoved);

    public required DateTimeOffset At { get; init; }

    /// <summary>The agent registered, or changed what it offers.</summary>
    /// <param name="Epoch">The epoch from now on. Another instance of the agent begins a new one.</param>
    public sealed record Registered(AgentProfile Profile, long Epoch) : AgentEvent;

    /// <summary>The agent said what it is doing, or changed its metadata.</summary>
    public sealed record StatusChanged(
        AgentStatus Status, [property: JsonConverter(typeof(NullIsValueConverter))] JsonText? Metadata = null) : AgentEvent;

    /// <summary>No heartbeat came for too long. Leases of earlier epochs are released.</summary>
    public sealed record Died(long Epoch, [property: JsonPropertyName("sinceHeartbeatMs")] TimeSpan SinceHeartbeat) : AgentEvent;

    /// <summary>A dead agent was heard again.</summary>
    public sealed record Returned : AgentEvent;

    public sealed record Removed(long Epoch) : AgentEvent;
}

/// <summary>What an agent offers.</summary>
public sealed record AgentProfile
{
    public required string Type { get; init; }

    /// <summary>Sorted and without repetition.</summary>
    public ImmutableArray<string> Capabilities { get => field.IsDefault ? [] : field; init; }

    /// <summary>Types of tasks that the agent takes; null = all.</summary>
    public ImmutableArray<string>? TaskTypes { get; init; }

    public int Priority { get; init; }

    /// <summary>Most tasks that the agent may hold.</summary>
    public int MaxLoad { get; init; } = 1;

    [JsonConverter(typeof(NullIsValueConverter))]
    public JsonText? Metadata { get; init; }

    /// <summary>Names the agent's process; null = the agent does not tell its processes apart.</summary>
    public string? InstanceId { get; init; }

    public ReturnPolicy OnReturn { get; init; }

    public bool Equals(AgentProfile? other) => other is not null
        && (Type, Priority, MaxLoad, Metadata, InstanceId, OnReturn)
            == (other.Type, other.Priority, other.MaxLoad, other.Metadata, other.InstanceId, other.OnReturn)
        && Capabilities.SequenceEqual(other.Capabilities)
        && (TaskTypes is null) == (other.TaskTypes is null)
        && (TaskTypes ?? []).SequenceEqual(other.TaskTypes ?? []);

    public override int GetHashCode() => HashCode.Combine(Type, Priority, MaxLoad, InstanceId);
}

/// <summary>The state of an agent's stream.</summary>
public sealed record AgentState
{
    public static readonly AgentState None = new();

    /// <summary>Null before the first registration, and after removal.</summary>
    public AgentProfile? Profile { get; init; }

    /// <summary>Number of the agent's life. It only grows, also over removal.</summary>
    public long Epoch { get; init; }

    public AgentStatus Status { get; init; }

    public bool IsDead { get; init; }

    public DateTimeOffset RegisteredAt { get; init; }

    [JsonIgnore]
    public bool Exists => Profile is not null;

    [JsonIgnore]
    public bool IsAlive => Exists && !IsDead;

    /// <summary>Whether the agent may be given tasks, if it has free slots.</summary>
    [JsonIgnore]
    public bool TakesTasks => IsAlive && Status is AgentStatus.Active or AgentStatus.Idle;

    [JsonIgnore]
    public int MaxLoad => Profile?.MaxLoad ?? 0;

    /// <summary>Returns the status that callers see: what the agent said, unless death or its leases say otherwise.</summary>
    /// <param name="leases">The tasks that are leased to the agent.</param>
    public AgentStatus StatusWith(int leases) =>
        IsDead ? AgentStatus.Dead
        : Status is AgentStatus.Maintenance or AgentStatus.Busy ? Status
        : leases >= MaxLoad ? AgentStatus.Busy
        : leases == 0 ? AgentStatus.Idle
        : AgentStatus.Active;
}
