namespace Memento.Agents;

internal static class Views
{
    /// <summary>What is told of an agent.</summary>
    public static AgentView Of(string agentId, AgentState state, int load, Tasks.AgentWork work)
    {
        var agent = state.Agent!;
        return new()
        {
            AgentId = agentId, Type = agent.Type, Capabilities = agent.Capabilities, TaskTypes = agent.TaskTypes, Priority = agent.Priority, MaxLoad = agent.Capacity, Load = load, Status = state.StatusWith(load), Metadata = agent.Metadata,
            TotalTasksCompleted = work.Completed, AverageTaskDuration = work.MeanDuration ?? 0, ErrorRate = work.ErrorRate, RegisteredAt = state.RegisteredAt, InstanceId = agent.InstanceId,
        };
    }
}
