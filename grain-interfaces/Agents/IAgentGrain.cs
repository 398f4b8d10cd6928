using System.Collections.Immutable;
using Memento.Tasks;

namespace Memento.Agents;

/// <summary>
/// One agent: what it can do, what it holds, and the work that is on its way to it. Key: <see cref="GrainKey"/> (<c>workspace/agentId</c>).
/// Everything that an agent says goes through here, and counts as a sign of life.
/// </summary>
[Alias("memento.IAgentGrain"), GrainInterfaceType("memento.agent")]
public interface IAgentGrain : IGrainWithStringKey
{
    /// <summary>Registers the agent, or changes what it registered as. <c>VALIDATION_FAILED</c>.</summary>
    [Alias("register")] Task<AgentRegistration> RegisterAsync(RegisterAgent request);

    /// <summary>Removes the agent; its tasks go to others. <c>AGENT_NOT_FOUND</c> if there never was one; removing it again changes nothing.</summary>
    [Alias("remove")] Task RemoveAsync();

    /// <summary><c>AGENT_NOT_FOUND</c>.</summary>
    [Alias("get")] Task<AgentView> GetAsync();

    /// <summary>A sign of life. Writes nothing unless it changes what the agent says of itself. <c>AGENT_NOT_FOUND</c>, <c>STALE_REGISTRATION</c>.</summary>
    [Alias("heartbeat")] Task<AgentLease> HeartbeatAsync(Heartbeat request);

    /// <summary>Tasks that the agent was given and has not received. Waits for the first, if asked to. <c>AGENT_NOT_FOUND</c>, <c>STALE_REGISTRATION</c>.</summary>
    [Alias("receive"), ResponseTimeout("00:01:00")] Task<ReceivedTasks> ReceiveAsync(ReceiveTasks request, CancellationToken cancellationToken = default);

    /// <summary>Gives back tasks that were received in vain, e.g. because the connection broke; they go to whoever has room.</summary>
    [Alias("give-back")] Task GiveBackAsync(ImmutableArray<ReceivedTask> tasks);

    /// <summary>What the agent says about its tasks. Each saying is answered by itself, in order. <c>TASK_NOT_FOUND</c>, <c>STALE_TOKEN</c>, <c>TOO_LARGE</c>.</summary>
    [Alias("report")] Task<ImmutableArray<TaskAnswer>> ReportAsync(ImmutableArray<TaskSaying> sayings);
}

/// <summary>An agent, and whether it was new.</summary>
[GenerateSerializer, Immutable, Alias("memento.AgentRegistration")]
public sealed record AgentRegistration([property: Id(0)] AgentView Agent, [property: Id(1)] bool IsNew);
