using System.Collections.Immutable;
using Memento.Agents;

namespace Memento.Core.Coordination.Agents;

/// <summary>Decides what a command does to an agent's stream, one pure function per command.</summary>
public static class AgentRules
{
    public const int MaxPriority = 10;
    public const int MaxLoad = 10_000;

    /// <summary>Registers the agent. Repeating a registration changes nothing; another instance begins a new epoch.</summary>
    public static Decision<AgentEvent> Register(AgentState agent, RegisterAgent request, AgentLimits limits, DateTimeOffset now)
    {
        if (Problems(request, limits) is { IsEmpty: false } problems) return Refusal.Invalid(problems);
        var profile = ProfileOf(request);
        var isNewInstance = !agent.Exists || (profile.InstanceId is not null && profile.InstanceId != agent.Profile!.InstanceId);
        if (agent.IsAlive && !isNewInstance && profile == agent.Profile) return Decision<AgentEvent>.Nothing;
        return new AgentEvent.Registered(profile, isNewInstance ? agent.Epoch + 1 : agent.Epoch) { At = now };
    }

    /// <summary>Records a call of the agent's own process. A dead agent is back, without leases.</summary>
    public static Decision<AgentEvent> Hear(AgentState agent, Heartbeat heartbeat, AgentLimits limits, DateTimeOffset now)
    {
        if (heartbeat.Status is AgentStatus.Dead) return Refusal.Invalid("status", "is dead; an agent that can say so is not");
        if (MetadataProblem(heartbeat.Metadata, limits) is { } problem) return Refusal.Invalid([problem]);
        var events = ImmutableArray.CreateBuilder<AgentEvent>(2);
        if (agent.IsDead) events.Add(new AgentEvent.Returned { At = now });
        var status = heartbeat.Status is AgentStatus.Idle ? AgentStatus.Active : heartbeat.Status ?? agent.Status;
        var isNewMetadata = heartbeat.Metadata is { } metadata && metadata != agent.Profile!.Metadata;
        if (status != agent.Status || isNewMetadata) events.Add(new AgentEvent.StatusChanged(status, heartbeat.Metadata) { At = now });
        return events.ToImmutable();
    }

    /// <summary>Returns why a call is not from the process that registered last; null if it is.</summary>
    public static Refusal? CheckInstance(AgentState agent, string agentId, string? instanceId)
    {
        if (!agent.Exists)
        {
            return Refusal.Of(
                RefusalKind.NotFound, Codes.AgentNotFound, $"There is no agent \"{agentId}\". Register it with PUT /agents/{agentId}.");
        }

        if (instanceId is null || agent.Profile!.InstanceId is not { } current || current == instanceId) return null;
        return Refusal.Of(
            RefusalKind.Conflict,
            Codes.StaleRegistration,
            $"Another process registered as agent \"{agentId}\" after this one (instance {Quoted.Text(current)}), and the newest wins. "
                + "Stop, or register under another name.");
    }

    /// <summary>Declares a suspect dead, if it is.</summary>
    /// <param name="own">Heartbeats that the agent's grain heard since it was activated; null = none, then the directory's word counts.</param>
    /// <param name="pauses">Pauses of this silo within <see cref="Suspect.SinceHeartbeat"/>: the agent could not be heard here.</param>
    public static Decision<AgentEvent> Suspect(
        AgentState agent, HeartbeatHistory? own, Suspect suspect, TimeSpan pauses, DetectorSettings settings, ClockReading now)
    {
        if (!agent.IsAlive) return Decision<AgentEvent>.Nothing;
        var since = own?.Since(now.Monotonic) ?? suspect.SinceHeartbeat - pauses;
        var isDead = own is { } heartbeats
            ? heartbeats.Judge(now.Monotonic, settings) is Health.Dead
            : since > (settings.PhiThreshold > 0 ? settings.Interval : settings.Timeout);
        return isDead ? new AgentEvent.Died(agent.Epoch + 1, since) { At = now.Utc } : Decision<AgentEvent>.Nothing;
    }

    public static Decision<AgentEvent> Remove(AgentState agent, DateTimeOffset now) =>
        agent.Exists ? new AgentEvent.Removed(agent.Epoch + 1) { At = now } : Decision<AgentEvent>.Nothing;

    public static AgentState Apply(AgentState agent, AgentEvent newEvent) => newEvent switch
    {
        AgentEvent.Registered e => agent with
        {
            Profile = e.Profile,
            Epoch = e.Epoch,
            Status = e.Epoch == agent.Epoch ? agent.Status : AgentStatus.Active,
            IsDead = false,
            RegisteredAt = agent.Exists && e.Epoch == agent.Epoch ? agent.RegisteredAt : e.At,
        },
        AgentEvent.StatusChanged e => agent with
        {
            Status = e.Status,
            Profile = e.Metadata is null ? agent.Profile : agent.Profile! with { Metadata = e.Metadata },
        },
        AgentEvent.Died e => agent with { IsDead = true, Epoch = e.Epoch },
        AgentEvent.Returned => agent with { IsDead = false },
        AgentEvent.Removed e => AgentState.None with { Epoch = e.Epoch },
        _ => throw new ArgumentOutOfRangeException(nameof(newEvent), newEvent, "Unknown event."),
    };

    private static AgentProfile ProfileOf(RegisterAgent request) => new()
    {
        Type = request.Type,
        Capabilities = Sorted(request.Capabilities),
        TaskTypes = request.TaskTypes is { IsDefaultOrEmpty: false } types ? Sorted(types) : null,
        Priority = request.Priority,
        MaxLoad = request.Capacity,
        Metadata = request.Metadata,
        InstanceId = request.InstanceId,
        OnReturn = request.OnReturn,
    };

    private static ImmutableArray<FieldError> Problems(RegisterAgent request, AgentLimits limits)
    {
        var errors = ImmutableArray.CreateBuilder<FieldError>();
        CheckName("type", request.Type);
        if (request.InstanceId is not null) CheckName("instanceId", request.InstanceId);
        CheckNames("capabilities", request.Capabilities);
        CheckNames("taskTypes", request.TaskTypes ?? []);
        CheckRange("priority", request.Priority, 0, MaxPriority);
        CheckRange("maxLoad", request.Capacity, 1, MaxLoad);
        if (MetadataProblem(request.Metadata, limits) is { } problem) errors.Add(problem);
        return errors.ToImmutable();

        void CheckName(string field, string? name)
        {
            if (Names.Problem(name) is { } problem) errors.Add(new(field, problem));
        }

        void CheckNames(string field, ImmutableArray<string> names)
        {
            if (names.Length > limits.MaxCapabilities)
                errors.Add(new(field, $"has {names.Length}; at most {limits.MaxCapabilities} are allowed"));
            else
                for (var i = 0; i < names.Length; i++) CheckName($"{field}[{i}]", names[i]);
        }

        void CheckRange(string field, int value, int min, int max)
        {
            if (value < min || value > max) errors.Add(new(field, $"is {value}; must be from {min} to {max}"));
        }
    }

    private static FieldError? MetadataProblem(JsonText? metadata, AgentLimits limits)
    {
        if (metadata is null) return null;
        if (metadata.Text.Length > limits.MaxMetadataLength)
        {
            return new(
                "metadata",
                $"has {metadata.Text.Length} characters; at most {limits.MaxMetadataLength} are allowed (Memento:Agents:MaxMetadataLength)");
        }

        return metadata.Problem() is { } malformed ? new("metadata", malformed) : null;
    }

    private static ImmutableArray<string> Sorted(ImmutableArray<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
