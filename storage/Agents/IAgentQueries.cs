using State = Memento.Core.Coordination.Agents.AgentState;

namespace Memento.Agents;

/// <summary>An agent's state together with the number of its leases, from the rows.</summary>
/// <param name="AgentId">The id of the agent in its workspace.</param>
/// <param name="State">The state of an agent that is registered.</param>
/// <param name="Leases">The tasks that are leased to the agent.</param>
public sealed record AgentSnapshot(string AgentId, State State, int Leases)
{
    public AgentStatus Status => State.StatusWith(Leases);
}

/// <summary>Answers queries about agents from their rows and the rows of task streams.</summary>
public interface IAgentQueries
{
    /// <summary>Finds an agent; null if none is registered under the id.</summary>
    Task<AgentSnapshot?> FindAsync(string workspace, string agentId, CancellationToken cancellationToken = default);

    /// <summary>Lists agents of a workspace by id.</summary>
    /// <param name="workspace">The name of the workspace.</param>
    /// <param name="status">The status that the agents have, given their leases; null = any.</param>
    /// <param name="capability">A capability that the agents offer; null = any.</param>
    /// <param name="after">The last id of the page before; empty = from the beginning.</param>
    /// <param name="limit">The maximum number of agents.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<AgentSnapshot>> ListAsync(string workspace, AgentStatus? status, string? capability, string after, int limit,
        CancellationToken cancellationToken = default);

    /// <summary>Reads agents of a workspace that are not dead, by id: what a directory is rebuilt from.</summary>
    /// <param name="workspace">The name of the workspace.</param>
    /// <param name="after">The last id of the page before; empty = from the beginning.</param>
    /// <param name="limit">The maximum number of agents.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<AgentSnapshot>> ReadLivingAsync(string workspace, string after, int limit,
        CancellationToken cancellationToken = default);

    /// <summary>Reads the names of workspaces with living agents, in their order.</summary>
    /// <param name="after">The last name of the page before; empty = from the beginning.</param>
    /// <param name="limit">The maximum number of workspaces.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<string>> ReadWorkspacesAsync(string after, int limit, CancellationToken cancellationToken = default);
}
