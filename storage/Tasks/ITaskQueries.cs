using System.Collections.Immutable;

namespace Memento.Tasks;

/// <summary>Answers queries about tasks and queues from the rows of task streams.</summary>
public interface ITaskQueries
{
    /// <summary>Finds a task, with payload, metadata and result; null if there is none, or if it was swept.</summary>
    Task<TaskView?> FindAsync(string workspace, string taskId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists tasks, newest first, without payload, metadata and result. A page may have fewer tasks than the limit although another
    /// follows, when tasks change meanwhile.
    /// </summary>
    /// <param name="filter">The tasks to list.</param>
    /// <param name="limit">The maximum number of tasks.</param>
    /// <param name="cursor">The cursor of the page before; null = from the newest.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<Page<TaskView>> ListAsync(TaskFilter filter, int limit, string? cursor, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads the queues of a workspace by name, with their settings and the number of tasks in each status. A task that is redriven is no
    /// longer counted as failed or cancelled.
    /// </summary>
    Task<ImmutableArray<QueueView>> GetQueuesAsync(string workspace, CancellationToken cancellationToken = default);

    /// <summary>Finds workspace and name of queues by the numbers of their streams.</summary>
    Task<IReadOnlyDictionary<long, GrainKey>> FindQueuesAsync(
        IReadOnlyCollection<long> queueIds, CancellationToken cancellationToken = default);

    /// <summary>Counts the tasks that wait, by priority, in all queues of a workspace.</summary>
    Task<ImmutableDictionary<string, long>> CountByPriorityAsync(string workspace, CancellationToken cancellationToken = default);

    /// <summary>Reads the work of some agents in all queues; agents without any are left out.</summary>
    Task<IReadOnlyDictionary<string, AgentWork>> GetWorkAsync(
        string workspace, IReadOnlyCollection<string> agentIds, CancellationToken cancellationToken = default);

    /// <summary>Reads the work of all agents of a workspace, and how often a lease went from one agent to another.</summary>
    Task<(AgentWork Work, long HandedOver)> GetAllWorkAsync(string workspace, CancellationToken cancellationToken = default);
}
