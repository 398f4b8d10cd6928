namespace Memento.Agents;

/// <summary>Questions about the agents of a workspace, answered from tables. Key: the workspace.</summary>
[Alias("memento.IAgentQueryGrain"), GrainInterfaceType("memento.agent-query")]
public interface IAgentQueryGrain : IGrainWithStringKey
{
    /// <summary>Agents, by name.</summary>
    [Alias("list")] Task<Page<AgentView>> ListAsync(AgentQuery query);
}

/// <summary>Which agents.</summary>
[GenerateSerializer, Immutable, Alias("memento.AgentQuery")]
public sealed record AgentQuery
{
    [Id(0)] public AgentStatus? Status { get; init; }
    [Id(1)] public string? Capability { get; init; }
    [Id(2)] public int Limit { get; init; } = Paging.DefaultLimit;
    [Id(3)] public string? Cursor { get; init; }
}
