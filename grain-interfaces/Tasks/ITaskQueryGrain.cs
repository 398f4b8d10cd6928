using System.Collections.Immutable;

namespace Memento.Tasks;

/// <summary>Questions about the tasks and queues of a workspace, answered from tables. Key: the workspace.</summary>
[Alias("memento.ITaskQueryGrain"), GrainInterfaceType("memento.task-query")]
public interface ITaskQueryGrain : IGrainWithStringKey
{
    /// <summary>A task with payload and result. <c>TASK_NOT_FOUND</c>.</summary>
    [Alias("get")] Task<TaskView> GetAsync(string taskId);

    /// <summary>The name of the queue that a task is in. <c>TASK_NOT_FOUND</c>.</summary>
    [Alias("queue-of")] Task<string> GetQueueAsync(string taskId);

    /// <summary>Tasks, newest first, without payloads and results.</summary>
    [Alias("list")] Task<Page<TaskView>> ListAsync(TaskQuery query);

    /// <summary>Queues, by name.</summary>
    [Alias("queues")] Task<ImmutableArray<QueueView>> GetQueuesAsync();

    /// <summary>How the fleet and its work are.</summary>
    [Alias("metrics")] Task<CoordinationMetrics> GetMetricsAsync();
}

/// <summary>Which tasks.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskQuery")]
public sealed record TaskQuery
{
    [Id(0)] public WorkStatus? Status { get; init; }
    [Id(1)] public string? Queue { get; init; }

    /// <summary>Who has it, or had it last.</summary>
    [Id(2)] public string? AgentId { get; init; }
    [Id(3)] public string? SessionId { get; init; }
    [Id(4)] public int Limit { get; init; } = Paging.DefaultLimit;
    [Id(5)] public string? Cursor { get; init; }
}
