using System.Collections.Immutable;

namespace Memento.Tasks;

/// <summary>A task, as its row has it.</summary>
/// <param name="StreamId">The stream of its queue.</param>
/// <param name="Queue">The name of its queue.</param>
/// <param name="State">What it is.</param>
public sealed record StoredTask(long StreamId, string Queue, TaskState State);

/// <summary>Lists of tasks and queues, and the tasks that queues and agents wake up with.</summary>
public interface ITaskIndex
{
    Task<StoredTask?> FindAsync(string workspace, string taskId, CancellationToken cancellationToken = default);

    /// <summary>Those that exist, in no order.</summary>
    Task<IReadOnlyList<StoredTask>> FindManyAsync(string workspace, IReadOnlyCollection<string> taskIds, CancellationToken cancellationToken = default);

    Task<(TaskBody? Body, JsonText? Result)> ReadBodyAsync(long streamId, long number, CancellationToken cancellationToken = default);

    /// <summary>What some tasks of a queue are and are about.</summary>
    Task<IReadOnlyList<(TaskState State, TaskBody? Body)>> ReadAsync(long streamId, IReadOnlyCollection<long> numbers, CancellationToken cancellationToken = default);

    /// <summary>All tasks of a queue that are not over, in no order.</summary>
    Task<IReadOnlyList<TaskState>> ReadOpenAsync(string workspace, long streamId, CancellationToken cancellationToken = default);

    /// <summary>Newest first.</summary>
    Task<Page<TaskView>> ListAsync(TaskFilter filter, int limit, string? cursor, CancellationToken cancellationToken = default);

    /// <summary>Tasks that an agent has.</summary>
    Task<IReadOnlyList<StoredTask>> GetHeldAsync(string workspace, string agentId, CancellationToken cancellationToken = default);

    /// <summary>Tasks that are not over and depend on one of these: the task, and which one.</summary>
    Task<IReadOnlyList<(string Queue, long Number, string DependsOn)>> GetDependentsAsync(string workspace, IReadOnlyCollection<string> taskIds, CancellationToken cancellationToken = default);

    /// <summary>What each of some agents did in all queues; who did nothing is left out.</summary>
    Task<IReadOnlyDictionary<string, AgentWork>> GetWorkAsync(string workspace, IReadOnlyCollection<string> agentIds, CancellationToken cancellationToken = default);

    /// <summary>Queues of a workspace, by name.</summary>
    Task<ImmutableArray<QueueView>> GetQueuesAsync(string workspace, CancellationToken cancellationToken = default);

    /// <summary>Queues of all workspaces that are to be woken, because they have tasks that are not over or had some until a moment ago, from the one behind a stream on.</summary>
    Task<IReadOnlyList<(long StreamId, GrainKey Key)>> GetOpenQueuesAsync(long after, int limit, CancellationToken cancellationToken = default);

    /// <summary>How many wait, by priority, in all queues of a workspace.</summary>
    Task<ImmutableDictionary<string, long>> CountByPriorityAsync(string workspace, CancellationToken cancellationToken = default);

    /// <summary>What all agents of a workspace did, and how often tasks went from one to another.</summary>
    Task<(AgentWork Work, long HandedOver)> GetAllWorkAsync(string workspace, CancellationToken cancellationToken = default);
}
