using System.Collections.Immutable;

namespace Memento.Tasks;

/// <summary>
/// One queue: its tasks live here, from being submitted to their end. Key: <see cref="GrainKey"/> (<c>workspace/queue</c>). It exists when the first task is submitted or it is configured.
/// Whoever wants work asks <see cref="Agents.IAgentGrain"/>.
/// </summary>
[Alias("memento.ITaskQueueGrain"), GrainInterfaceType("memento.task-queue")]
public interface ITaskQueueGrain : IGrainWithStringKey
{
    /// <summary>Submits tasks, all or none. <c>VALIDATION_FAILED</c>, <c>TASK_EXISTS</c>, <c>TOO_LARGE</c>, <c>OVERLOADED</c>, <c>IDEMPOTENCY_KEY_REUSED</c>.</summary>
    [Alias("submit")] Task<ImmutableArray<TaskView>> SubmitAsync(ImmutableArray<SubmitTask> tasks, string? idempotencyKey = null);

    /// <summary>Changes how tasks are given out, from the next one on.</summary>
    [Alias("configure")] Task<QueueView> ConfigureAsync(QueueChange change);

    /// <summary><c>QUEUE_NOT_FOUND</c>.</summary>
    [Alias("get")] Task<QueueView> GetAsync();

    /// <summary>Cancels a task, also one that runs; its agent is told. <c>TASK_NOT_FOUND</c>, <c>TASK_OVER</c>, <c>STALE_TOKEN</c>.</summary>
    [Alias("cancel")] Task<TaskView> CancelAsync(string taskId, CancelTask request);

    /// <summary>Lets a task that has failed or was cancelled begin anew. <c>TASK_NOT_FOUND</c>, <c>TASK_OVER</c> if it is completed.</summary>
    [Alias("retry")] Task<TaskView> RetryAsync(string taskId);

    /// <summary>Why a task is not running. <c>TASK_NOT_FOUND</c>.</summary>
    [Alias("explain")] Task<TaskExplanation> ExplainAsync(string taskId);

    /// <summary>Ends what is due and gives out what can be. Called by the search for queues whose silo died.</summary>
    [Alias("wake")] Task WakeAsync();
}
