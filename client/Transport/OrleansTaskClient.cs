using System.Collections.Immutable;
using Memento.Agents;
using Memento.Tasks;

namespace Memento.Transport;

/// <summary>Tasks, queues and agents through their grains.</summary>
internal sealed class OrleansTaskClient(IGrainFactory grains, GrainCalls calls, string workspace) : ITaskClient, IAgentClient
{
    private readonly ITaskQueryGrain _tasks = grains.GetGrain<ITaskQueryGrain>(workspace);
    private readonly IAgentQueryGrain _agents = grains.GetGrain<IAgentQueryGrain>(workspace);

    public Task<ImmutableArray<TaskView>> SubmitAsync(ImmutableArray<SubmitTask> tasks, string? idempotencyKey, CancellationToken cancellationToken)
    {
        if (Telemetry.TraceParent is { } trace) tasks = [.. tasks.Select(t => t with { TraceParent = t.TraceParent ?? trace })];
        var (queue, key) = (Queue(tasks is [{ Queue: { } name }, ..] ? name : SubmitRules.DefaultQueue), idempotencyKey ?? calls.NewId());
        return calls.TryAsync(_ => queue.SubmitAsync(tasks, key), cancellationToken);
    }

    Task<TaskView> ITaskClient.GetAsync(string taskId, CancellationToken cancellationToken) => calls.TryAsync(_ => _tasks.GetAsync(taskId), cancellationToken);

    public Task<Page<TaskView>> ListAsync(TaskQuery query, CancellationToken cancellationToken) => calls.TryAsync(_ => _tasks.ListAsync(query), cancellationToken);

    public Task<TaskExplanation> ExplainAsync(string taskId, CancellationToken cancellationToken) => calls.TryAsync(async _ => await (await QueueOfAsync(taskId).ConfigureAwait(false)).ExplainAsync(taskId).ConfigureAwait(false), cancellationToken);

    public Task<TaskView> CancelAsync(string taskId, CancelTask request, CancellationToken cancellationToken) =>
        calls.TryAsync(async _ => await (await QueueOfAsync(taskId).ConfigureAwait(false)).CancelAsync(taskId, request).ConfigureAwait(false), cancellationToken);

    public Task<TaskView> RetryAsync(string taskId, CancellationToken cancellationToken) => calls.TryAsync(async _ => await (await QueueOfAsync(taskId).ConfigureAwait(false)).RetryAsync(taskId).ConfigureAwait(false), cancellationToken);

    public Task<ImmutableArray<QueueView>> GetQueuesAsync(CancellationToken cancellationToken) => calls.TryAsync(_ => _tasks.GetQueuesAsync(), cancellationToken);

    public Task<QueueView> GetQueueAsync(string queue, CancellationToken cancellationToken)
    {
        var grain = Queue(queue);
        return calls.TryAsync(_ => grain.GetAsync(), cancellationToken);
    }

    public Task<QueueView> ConfigureAsync(string queue, QueueChange change, CancellationToken cancellationToken)
    {
        var grain = Queue(queue);
        return calls.TryAsync(_ => grain.ConfigureAsync(change), cancellationToken);
    }

    public Task<CoordinationMetrics> GetMetricsAsync(CancellationToken cancellationToken) => calls.TryAsync(_ => _tasks.GetMetricsAsync(), cancellationToken);

    public Task<AgentView> RegisterAsync(string agentId, RegisterAgent request, CancellationToken cancellationToken)
    {
        var agent = Agent(agentId);
        return calls.TryAsync(async _ => (await agent.RegisterAsync(request).ConfigureAwait(false)).Agent, cancellationToken);
    }

    Task<AgentView> IAgentClient.GetAsync(string agentId, CancellationToken cancellationToken)
    {
        var agent = Agent(agentId);
        return calls.TryAsync(_ => agent.GetAsync(), cancellationToken);
    }

    public Task RemoveAsync(string agentId, CancellationToken cancellationToken)
    {
        var agent = Agent(agentId);
        return calls.DeleteAsync(agent.RemoveAsync, cancellationToken);
    }

    public Task<Page<AgentView>> ListAsync(AgentQuery query, CancellationToken cancellationToken) => calls.TryAsync(_ => _agents.ListAsync(query), cancellationToken);

    public Task<AgentLease> HeartbeatAsync(string agentId, Heartbeat request, CancellationToken cancellationToken)
    {
        var agent = Agent(agentId);
        return calls.TryAsync(_ => agent.HeartbeatAsync(request), cancellationToken);
    }

    public Task<ReceivedTasks> ReceiveAsync(string agentId, ReceiveTasks request, CancellationToken cancellationToken)
    {
        var agent = Agent(agentId);
        return calls.TryAsync(_ => agent.ReceiveAsync(request, cancellationToken), cancellationToken);
    }

    public Task<TaskView> SayAsync(string taskId, TaskOperation operation, TaskReport report, CancellationToken cancellationToken)
    {
        var agent = Agent(report.AgentId);
        return calls.TryAsync(async _ => (await agent.ReportAsync([new(taskId, operation, report)]).ConfigureAwait(false))[0].Value(), cancellationToken);
    }

    private async Task<ITaskQueueGrain> QueueOfAsync(string taskId) => Queue(await _tasks.GetQueueAsync(taskId).ConfigureAwait(false));

    private ITaskQueueGrain Queue(string name) => grains.GetGrain<ITaskQueueGrain>(new GrainKey(workspace, Names.Check("queue", name)).ToString());

    private IAgentGrain Agent(string agentId) => grains.GetGrain<IAgentGrain>(new GrainKey(workspace, Names.Check("agentId", agentId)).ToString());
}
