using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Agents;

/// <summary>What an agent is doing.</summary>
[JsonConverter(typeof(NamedEnumConverter<AgentStatus>))]
public enum AgentStatus
{
    /// <summary>It works, and could take more.</summary>
    Active = 0,
    /// <summary>It holds as many tasks as it may, or says that it wants no more.</summary>
    Busy,
    /// <summary>It holds none.</summary>
    Idle,
    /// <summary>It was silent for too long; its tasks went to others. It is back with its next call.</summary>
    Dead,
    /// <summary>It finishes what it has and is given nothing new.</summary>
    Maintenance,
}

/// <summary>Body of "register an agent".</summary>
[GenerateSerializer, Immutable, Alias("memento.RegisterAgent")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RegisterAgent
{
    /// <summary>What kind of agent it is, for people.</summary>
    [Id(0)] public required string Type { get; init; }

    /// <summary>What it can do; tasks name what they need of it.</summary>
    [Id(1)] public ImmutableArray<string> Capabilities { get => field.IsDefault ? [] : field; init; }

    /// <summary>0 to 10; queues that choose by priority prefer higher ones.</summary>
    [Id(2)] public int Priority { get; init; }

    /// <summary>Most tasks that it may hold at a time, 1 to 10,000. Default 1.</summary>
    [Id(3)] public int? MaxLoad { get; init; }

    /// <summary><see cref="MaxLoad"/>, or what it is if it is not said.</summary>
    [JsonIgnore] public int Capacity => MaxLoad ?? 1;

    [Id(4)] public JsonText? Metadata { get; init; }

    /// <summary>
    /// Names the process, if several could use the same id by mistake: the newest registration wins, and calls that name another instance are refused with <c>STALE_REGISTRATION</c>.
    /// A registration with another instance than before begins anew: see <see cref="OnReturn"/>.
    /// </summary>
    [Id(5)] public string? InstanceId { get; init; }

    /// <summary>What becomes of tasks that another instance of this agent held.</summary>
    [Id(6)] public ReturnPolicy OnReturn { get; init; }

    /// <summary>The types of tasks that it takes; null or none = all, as long as it has the capabilities.</summary>
    [Id(7)] public ImmutableArray<string>? TaskTypes { get; init; }
}

/// <summary>What becomes of the work of an agent that begins anew.</summary>
[JsonConverter(typeof(NamedEnumConverter<ReturnPolicy>))]
public enum ReturnPolicy
{
    /// <summary>It waits for anybody.</summary>
    Drop = 0,
    /// <summary>What nobody else has is given to it again, with new tokens.</summary>
    Resume,
}

/// <summary>Body of "heartbeat".</summary>
[GenerateSerializer, Immutable, Alias("memento.Heartbeat")]
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Heartbeat
{
    /// <summary>What it says of itself: <c>active</c> and <c>idle</c> take work, <c>busy</c> and <c>maintenance</c> do not. Null = as before.</summary>
    [Id(0)] public AgentStatus? Status { get; init; }

    /// <summary>Replaces its metadata. Null = as before.</summary>
    [Id(1)] public JsonText? Metadata { get; init; }

    /// <inheritdoc cref="RegisterAgent.InstanceId"/>
    [Id(2)] public string? InstanceId { get; init; }
}

/// <summary>Until when an agent counts as alive.</summary>
/// <param name="LeaseExpiresAt">When it is taken for dead if nothing is heard until then, by the server's clock.</param>
/// <param name="HeartbeatIntervalMs">How often the server wants to hear it, in milliseconds.</param>
[GenerateSerializer, Immutable, Alias("memento.AgentLease")]
public sealed record AgentLease([property: Id(0)] DateTimeOffset LeaseExpiresAt, [property: Id(1)] long? HeartbeatIntervalMs = null);

/// <summary>An agent.</summary>
[GenerateSerializer, Immutable, Alias("memento.AgentView")]
public sealed record AgentView
{
    [Id(0)] public required string AgentId { get; init; }
    [Id(1)] public required string Type { get; init; }
    [Id(2)] public required ImmutableArray<string> Capabilities { get; init; }
    [Id(3)] public required int Priority { get; init; }

    /// <summary>Tasks that it holds.</summary>
    [Id(4)] public required int Load { get; init; }
    [Id(5)] public required int MaxLoad { get; init; }
    [Id(6)] public required AgentStatus Status { get; init; }

    /// <summary>Null if the answer comes from a list, or nothing was heard since the server started.</summary>
    [Id(7), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DateTimeOffset? LastHeartbeat { get; init; }
    [Id(8)] public JsonText? Metadata { get; init; }

    /// <summary>Sessions of the tasks that it holds.</summary>
    [Id(9)] public ImmutableArray<string> CurrentSessions { get; init; } = [];
    [Id(10)] public required long TotalTasksCompleted { get; init; }

    /// <summary>Mean time from start to completion, in milliseconds; 0 before the first.</summary>
    [Id(11)] public required double AverageTaskDuration { get; init; }

    /// <summary>Part of its attempts that failed or were lost, 0 to 1.</summary>
    [Id(12)] public required double ErrorRate { get; init; }
    [Id(13)] public required DateTimeOffset RegisteredAt { get; init; }
    [Id(14)] public string? InstanceId { get; init; }

    /// <inheritdoc cref="RegisterAgent.TaskTypes"/>
    [Id(15)] public ImmutableArray<string>? TaskTypes { get; init; }
}
