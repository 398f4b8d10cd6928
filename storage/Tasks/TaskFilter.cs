namespace Memento.Tasks;

/// <summary>Selects tasks of a workspace; null = whatever the task has.</summary>
/// <param name="Workspace">The name of the workspace.</param>
/// <param name="Status">The status of the tasks.</param>
/// <param name="Queue">The name of their queue.</param>
/// <param name="AgentId">The agent that has a lease of them, or had the last one.</param>
/// <param name="SessionId">The session that they belong to.</param>
public sealed record TaskFilter(
    string Workspace, WorkStatus? Status = null, string? Queue = null, string? AgentId = null, string? SessionId = null);

/// <summary>The work that an agent, or all agents of a workspace, did.</summary>
/// <param name="Completed">Attempts that completed their task.</param>
/// <param name="Failed">Attempts that failed or were lost after their start.</param>
/// <param name="DurationMs">Milliseconds from start to end of the completed ones together.</param>
public sealed record AgentWork(long Completed, long Failed, long DurationMs)
{
    public static AgentWork None { get; } = new(0, 0, 0);

    public double ErrorRate => Completed + Failed == 0 ? 0 : (double)Failed / (Completed + Failed);

    /// <summary>In milliseconds; null before the first.</summary>
    public double? MeanDuration => Completed == 0 ? null : (double)DurationMs / Completed;
}
