using System.Collections.Immutable;

namespace Memento.Tasks;

/// <summary>The tasks and queues of one workspace. Errors and retries as in <see cref="Workspaces.IWorkspaceClient"/>.</summary>
public interface ITaskClient
{
    /// <summary>Submits tasks for one queue, all or none; once, however often the call is retried. <c>VALIDATION_FAILED</c>, <c>TASK_EXISTS</c>, <c>TOO_LARGE</c>.</summary>
    Task<ImmutableArray<TaskView>> SubmitAsync(ImmutableArray<SubmitTask> tasks, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    /// <summary>A task with its payload and result.</summary>
    Task<TaskView> GetAsync(string taskId, CancellationToken cancellationToken = default);

    /// <summary>One page of tasks, newest first, without payloads and results.</summary>
    Task<Page<TaskView>> ListAsync(TaskQuery query, CancellationToken cancellationToken = default);

    /// <summary>Why a task is not running.</summary>
    Task<TaskExplanation> ExplainAsync(string taskId, CancellationToken cancellationToken = default);

    /// <summary>Cancels a task, also one that runs. <c>TASK_OVER</c>, <c>STALE_TOKEN</c>.</summary>
    Task<TaskView> CancelAsync(string taskId, CancelTask request, CancellationToken cancellationToken = default);

    /// <summary>Lets a task that has failed or was cancelled begin anew.</summary>
    Task<TaskView> RetryAsync(string taskId, CancellationToken cancellationToken = default);

    /// <summary>All queues, by name.</summary>
    Task<ImmutableArray<QueueView>> GetQueuesAsync(CancellationToken cancellationToken = default);

    /// <summary><c>QUEUE_NOT_FOUND</c>.</summary>
    Task<QueueView> GetQueueAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Changes how a queue gives its tasks out.</summary>
    Task<QueueView> ConfigureAsync(string queue, QueueChange change, CancellationToken cancellationToken = default);

    /// <summary>How the fleet and its work are.</summary>
    Task<CoordinationMetrics> GetMetricsAsync(CancellationToken cancellationToken = default);
}
