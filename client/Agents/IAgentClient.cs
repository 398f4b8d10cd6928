using Memento.Tasks;

namespace Memento.Agents;

/// <summary>The agents of one workspace, and what an agent itself calls. Errors and retries as in <see cref="Workspaces.IWorkspaceClient"/>. <see cref="AgentRunner"/> does all of this for a program.</summary>
public interface IAgentClient
{
    /// <summary>Registers an agent, or changes what it registered as.</summary>
    Task<AgentView> RegisterAsync(string agentId, RegisterAgent request, CancellationToken cancellationToken = default);

    /// <summary><c>AGENT_NOT_FOUND</c>.</summary>
    Task<AgentView> GetAsync(string agentId, CancellationToken cancellationToken = default);

    /// <summary>Removes an agent; its tasks go to others.</summary>
    Task RemoveAsync(string agentId, CancellationToken cancellationToken = default);

    /// <summary>One page of agents, by name.</summary>
    Task<Page<AgentView>> ListAsync(AgentQuery query, CancellationToken cancellationToken = default);

    /// <summary>A sign of life. <c>AGENT_NOT_FOUND</c>, <c>STALE_REGISTRATION</c>.</summary>
    Task<AgentLease> HeartbeatAsync(string agentId, Heartbeat request, CancellationToken cancellationToken = default);

    /// <summary>Tasks that the agent was given; waits for the first, if asked to, for less than <see cref="MementoClientOptions.RequestTimeout"/>.</summary>
    Task<ReceivedTasks> ReceiveAsync(string agentId, ReceiveTasks request, CancellationToken cancellationToken = default);

    /// <summary>What the agent says about a task. <c>STALE_TOKEN</c> if it has lost it: stop working on it.</summary>
    Task<TaskView> SayAsync(string taskId, TaskOperation operation, TaskReport report, CancellationToken cancellationToken = default);
}
