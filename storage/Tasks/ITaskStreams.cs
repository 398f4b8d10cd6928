using Memento.Core.Coordination.Tasks;

namespace Memento.Tasks;

/// <summary>A task in the form of its row.</summary>
/// <param name="StreamId">The number of the task's stream.</param>
/// <param name="Position">The position of the newest event in that stream.</param>
/// <param name="QueueId">The number of the stream of the task's queue.</param>
/// <param name="Workspace">The name of the workspace.</param>
/// <param name="TaskId">The id of the task in the workspace.</param>
/// <param name="Row">The columns that events change, after the newest event.</param>
public sealed record TaskHead(long StreamId, long Position, long QueueId, string Workspace, string TaskId, TaskStreamRow Row)
{
    public required DateTimeOffset CreatedAt { get; init; }

    public int Priority { get; init; }

    public string? SessionId { get; init; }

    /// <summary>Capabilities that an agent must have, as they were stored.</summary>
    public string? Needs { get; init; }
}

/// <summary>Tasks that changed.</summary>
/// <param name="Tasks">Each once, as its row is now.</param>
/// <param name="Next">The cursor to read on from; never behind an open transaction.</param>
/// <param name="AtEnd">Whether there was nothing more at that moment.</param>
public sealed record TaskChanges(IReadOnlyList<TaskHead> Tasks, string? Next, bool AtEnd);

/// <summary>Tasks of a queue by status, those that were swept included.</summary>
public readonly record struct TaskCounts(long Queued, long Assigned, long Running, long Completed, long Failed, long Cancelled);

/// <summary>Reads the rows of task streams, and sweeps those that are over.</summary>
public interface ITaskStreams
{
    /// <summary>Finds tasks by id; those that were swept are not found.</summary>
    Task<IReadOnlyList<TaskHead>> FindAsync(string workspace, IReadOnlyCollection<string> taskIds,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Derives the states of tasks from their events, payload and metadata left out. The states may be newer than the heads; tasks whose
    /// stream is gone are left out.
    /// </summary>
    Task<IReadOnlyList<TaskSnapshot>> ReadStatesAsync(IReadOnlyCollection<TaskHead> heads, CancellationToken cancellationToken = default);

    /// <summary>Reads payload and metadata of tasks, by stream; tasks without them are left out.</summary>
    Task<IReadOnlyDictionary<long, TaskBody>> ReadBodiesAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken = default);

    /// <summary>Reads open tasks of a queue in the order of their due times: what a queue rebuilds its order from.</summary>
    /// <param name="queueId">The stream of the queue.</param>
    /// <param name="after">The last task of the page before; null = from the beginning.</param>
    /// <param name="limit">The maximum number to read.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<TaskHead>> ReadOpenAsync(long queueId, TaskHead? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Reads the tasks that an agent has a lease of.</summary>
    Task<IReadOnlyList<TaskHead>> ReadLeasesAsync(string workspace, string agentId, CancellationToken cancellationToken = default);

    /// <summary>Reads waiting tasks that depend on some ids, with the id that each depends on.</summary>
    Task<IReadOnlyList<(TaskHead Task, string DependsOn)>> ReadDependentsAsync(string workspace, IReadOnlyCollection<string> taskIds,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Finds queues that have a task due by now, by number, from the one behind <paramref name="after"/> on. Costs one look-up for each
    /// queue with open tasks.
    /// </summary>
    Task<IReadOnlyList<long>> FindDueQueuesAsync(DateTimeOffset now, long after, int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// Finds agents with a lease of another epoch than their own, or with one that was assigned before a time and is not started.
    /// </summary>
    Task<IReadOnlyList<GrainKey>> FindNeglectedAgentsAsync(DateTimeOffset assignedBefore, int limit,
        CancellationToken cancellationToken = default);

    /// <summary>Reads which tasks of some queues changed after a cursor of the journal's feed.</summary>
    /// <param name="queues">The streams of the queues.</param>
    /// <param name="after">The cursor; null = from the beginning.</param>
    /// <param name="limit">The maximum number of journal entries to look at.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<TaskChanges> ReadChangesAsync(IReadOnlySet<long> queues, string? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Adds up the counters of a queue.</summary>
    Task<TaskCounts> CountAsync(long queueId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes tasks that ended before a time: row, events, snapshots and dependencies, in small transactions. A run that is cut off is
    /// finished by the next.
    /// Of a task whose id its caller chose, the id and the last token remain. Returns how many tasks were removed.
    /// </summary>
    Task<int> SweepAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellationToken = default);
}
