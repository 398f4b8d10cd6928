using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Memento.Agents;

/// <summary>What the journal of an agent records. Heartbeats are not in it.</summary>
public abstract record AgentFact : IFact
{
    private AgentFact() { }

    /// <summary>How it is stored.</summary>
    public static FactCodec<AgentState, AgentFact> Codec { get; } = new FactCodec<AgentState, AgentFact>("agent", MementoJson.Default.AgentState)
        .With("registered", MementoJson.Default.AgentRegistered)
        .With("said", MementoJson.Default.AgentSaid)
        .With("died", MementoJson.Default.AgentDied)
        .With("returned", MementoJson.Default.AgentReturned)
        .With("removed", MementoJson.Default.AgentRemoved)
        .With("handed_on", MementoJson.Default.AgentHandedOn);

    /// <summary>When it was recorded, by the server's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>It registered, or changed what it said of itself.</summary>
    public sealed record Registered : AgentFact
    {
        public required RegisterAgent Agent { get; init; }

        /// <summary>Whether another process may have had this id until now.</summary>
        public bool IsNewInstance { get; init; }
    }

    /// <summary>It said what it is doing, or changed its metadata.</summary>
    public sealed record Said : AgentFact
    {
        public required AgentStatus Status { get; init; }
        public JsonText? Metadata { get; init; }
    }

    /// <summary>It was silent for too long.</summary>
    public sealed record Died : AgentFact
    {
        public required DateTimeOffset LastHeardAt { get; init; }
    }

    /// <summary>It was taken for dead and is heard again.</summary>
    public sealed record Returned : AgentFact;

    public sealed record Removed : AgentFact;

    /// <summary>What it had when it died, was removed, or lost its name to another process is with others.</summary>
    public sealed record HandedOn : AgentFact;
}

/// <summary>An agent, as its journal has it.</summary>
public sealed record AgentState
{
    public static AgentState Empty { get; } = new();

    /// <summary>Null before it registered, and after it was removed.</summary>
    public RegisterAgent? Agent { get; init; }

    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>What it said it is doing: <see cref="AgentStatus.Active"/> unless it said otherwise.</summary>
    public AgentStatus Said { get; init; }

    public bool IsDead { get; init; }

    /// <summary>What it has is still to be taken from it. It is given nothing new before that is done, so all that it has is meant.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool IsHandingOn { get; init; }

    [JsonIgnore] public bool Exists => Agent is not null;

    /// <summary>Whether it can be given work, if it has room.</summary>
    [JsonIgnore] public bool TakesWork => Exists && !IsDead && Said is (AgentStatus.Active or AgentStatus.Idle);

    /// <summary>What it is doing, given how many tasks it holds.</summary>
    public AgentStatus StatusWith(int load) =>
        IsDead ? AgentStatus.Dead
        : Said is AgentStatus.Maintenance or AgentStatus.Busy ? Said
        : load >= Agent?.Capacity ? AgentStatus.Busy
        : load == 0 ? AgentStatus.Idle : AgentStatus.Active;
}

/// <summary>What can be said to an agent's record.</summary>
public abstract record AgentCommand
{
    private AgentCommand() { }

    public sealed record Register(RegisterAgent Agent) : AgentCommand;

    /// <summary>It was heard: by a heartbeat, or by any other call of its own.</summary>
    public sealed record Hear(Heartbeat Heartbeat) : AgentCommand;

    public sealed record Die(DateTimeOffset LastHeardAt) : AgentCommand;

    public sealed record Remove : AgentCommand;

    /// <summary>All that it had is with others, unless it is no longer what it was when that began.</summary>
    public sealed record HandOn(AgentState Seen) : AgentCommand;
}

/// <summary>Bounds of what agents say; see AgentOptions for their meaning and ranges.</summary>
public sealed record AgentLimits
{
    public int MaxCapabilities { get; init; } = 256;
    public int MaxMetadataLength { get; init; } = 64 * 1024;
}

/// <summary>The rules of an agent's registration.</summary>
public static class Agent
{
    public const int HighestPriority = 10;
    public const int HighestLoad = 10_000;

    public static Decision<AgentFact> Decide(AgentState s, AgentCommand command, AgentLimits limits, DateTimeOffset now) => command switch
    {
        AgentCommand.Register register => Register(s, register.Agent, limits, now),
        AgentCommand.Hear hear => Hear(s, hear.Heartbeat, limits, now),
        AgentCommand.Die die => s.Exists && !s.IsDead ? new AgentFact.Died { At = now, LastHeardAt = die.LastHeardAt } : Decision<AgentFact>.Nothing,
        AgentCommand.Remove => s.Exists ? new AgentFact.Removed { At = now } : Decision<AgentFact>.Nothing,
        AgentCommand.HandOn handOn => s.IsHandingOn && s == handOn.Seen ? new AgentFact.HandedOn { At = now } : Decision<AgentFact>.Nothing,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
    };

    public static AgentState Apply(AgentState s, AgentFact fact) => fact switch
    {
        AgentFact.Registered f => s with
        {
            Agent = f.Agent, RegisteredAt = s.Exists && !f.IsNewInstance ? s.RegisteredAt : f.At, Said = f.IsNewInstance || !s.Exists ? AgentStatus.Active : s.Said, IsDead = false, IsHandingOn = s.IsHandingOn || f.IsNewInstance,
        },
        AgentFact.Said f => s with { Said = f.Status, Agent = f.Metadata is null ? s.Agent : s.Agent! with { Metadata = f.Metadata } },
        AgentFact.Died => s with { IsDead = true, IsHandingOn = true },
        AgentFact.Returned => s with { IsDead = false },
        AgentFact.Removed => AgentState.Empty with { IsHandingOn = true },
        AgentFact.HandedOn => s with { IsHandingOn = false },
        _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Unknown fact."),
    };

    /// <summary>Why a call is not from the process that registered last, or null.</summary>
    public static Refusal? Stale(AgentState s, string agentId, string? instanceId) =>
        !s.Exists ? Refusal.Of(RefusalKind.NotFound, Codes.AgentNotFound, $"There is no agent \"{agentId}\". Register it with PUT /agents/{agentId}.")
        : instanceId is not null && s.Agent!.InstanceId is { } known && known != instanceId
            ? Refusal.Of(RefusalKind.Conflict, Codes.StaleRegistration, $"Another process registered as agent \"{agentId}\" after this one (instance {Quoted.Text(known)}); the newest wins. Stop, or register under a name of your own.")
        : null;

    private static Decision<AgentFact> Register(AgentState s, RegisterAgent agent, AgentLimits limits, DateTimeOffset now)
    {
        var errors = ImmutableArray.CreateBuilder<FieldError>();
        Name("type", agent.Type);
        if (agent.InstanceId is not null) Name("instanceId", agent.InstanceId);
        if (agent.Capabilities.Length > limits.MaxCapabilities) errors.Add(new("capabilities", $"has {agent.Capabilities.Length}; at most {limits.MaxCapabilities} are allowed"));
        else
            for (var i = 0; i < agent.Capabilities.Length; i++) Name($"capabilities[{i}]", agent.Capabilities[i]);
        var types = agent.TaskTypes ?? [];
        if (types.Length > limits.MaxCapabilities) errors.Add(new("taskTypes", $"has {types.Length}; at most {limits.MaxCapabilities} are allowed"));
        else
            for (var i = 0; i < types.Length; i++) Name($"taskTypes[{i}]", types[i]);
        if (agent.Priority is < 0 or > HighestPriority) errors.Add(new("priority", $"is {agent.Priority}; must be from 0 to {HighestPriority}"));
        if (agent.MaxLoad is < 1 or > HighestLoad) errors.Add(new("maxLoad", $"is {agent.MaxLoad}; must be from 1 to {HighestLoad}"));
        if (MetadataProblem(agent.Metadata, limits) is { } metadata) errors.Add(metadata);
        if (errors.Count > 0) return Refusal.Invalid(errors.ToImmutable());

        agent = agent with { Capabilities = Sorted(agent.Capabilities), TaskTypes = types.IsEmpty ? null : Sorted(types) };
        var isNew = s.Exists && agent.InstanceId is not null && agent.InstanceId != s.Agent!.InstanceId;
        return s.Exists && !s.IsDead && !isNew && Same(s.Agent!, agent) ? Decision<AgentFact>.Nothing : new AgentFact.Registered { At = now, Agent = agent, IsNewInstance = isNew };

        void Name(string field, string? name)
        {
            if (Names.Problem(name) is { } problem) errors.Add(new(field, problem));
        }
    }

    private static Decision<AgentFact> Hear(AgentState s, Heartbeat heartbeat, AgentLimits limits, DateTimeOffset now)
    {
        if (heartbeat.Status is AgentStatus.Dead) return Refusal.Invalid("status", "is dead; whoever can say so is not");
        if (MetadataProblem(heartbeat.Metadata, limits) is { } metadata) return Refusal.Invalid([metadata]);
        var facts = ImmutableArray.CreateBuilder<AgentFact>(2);
        if (s.IsDead) facts.Add(new AgentFact.Returned { At = now });
        var status = heartbeat.Status is AgentStatus.Idle ? AgentStatus.Active : heartbeat.Status ?? s.Said;
        if (status != s.Said || (heartbeat.Metadata is { } said && said != s.Agent!.Metadata)) facts.Add(new AgentFact.Said { At = now, Status = status, Metadata = heartbeat.Metadata });
        return facts.DrainToImmutable();
    }

    private static FieldError? MetadataProblem(JsonText? metadata, AgentLimits limits) =>
        metadata is null ? null
        : metadata.Text.Length > limits.MaxMetadataLength ? new("metadata", $"has {metadata.Text.Length} characters; at most {limits.MaxMetadataLength} are allowed (Memento:Agents:MaxMetadataLength)")
        : metadata.Problem() is { } problem ? new("metadata", problem) : null;

    private static bool Same(RegisterAgent a, RegisterAgent b) => a with { Capabilities = [], TaskTypes = null } == b with { Capabilities = [], TaskTypes = null } && a.Capabilities.SequenceEqual(b.Capabilities) && (a.TaskTypes ?? []).SequenceEqual(b.TaskTypes ?? []);

    private static ImmutableArray<string> Sorted(ImmutableArray<string> names) => [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
