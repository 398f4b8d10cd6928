using System.Collections.Immutable;
using Memento.Agents;
using Orleans.Concurrency;

namespace Memento.Tasks;

/// <summary>Answers from the tables, on whichever silo was asked.</summary>
[GrainType("memento.task-query"), StatelessWorker, Reentrant]
internal sealed class TaskQueryGrain(ITaskIndex index, IAgentIndex agents) : Grain, ITaskQueryGrain
{
    private const int PageSize = 1_000;

    private string _workspace = "";

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _workspace = Names.Check("workspace", this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<TaskView> GetAsync(string taskId)
    {
        var stored = await FindAsync(taskId);
        var (body, result) = await index.ReadBodyAsync(stored.StreamId, stored.State.Number);
        return TaskView.Of(stored.Queue, stored.State, body, result);
    }

    public async Task<string> GetQueueAsync(string taskId) => (await FindAsync(taskId)).Queue;

    public Task<Page<TaskView>> ListAsync(TaskQuery query)
    {
        Paging.Check(query.Limit);
        if (query.Queue is { } queue) Names.Check("queue", queue);
        if (query.AgentId is { } agent) Names.Check("agent", agent);
        if (query.SessionId is { } session) Names.Check("session", session);
        return index.ListAsync(new(_workspace, query.Status, query.Queue, query.AgentId, query.SessionId), query.Limit, query.Cursor);
    }

    public Task<ImmutableArray<QueueView>> GetQueuesAsync() => index.GetQueuesAsync(_workspace);

    public async Task<CoordinationMetrics> GetMetricsAsync()
    {
        var queues = await index.GetQueuesAsync(_workspace);
        var (work, handedOver) = await index.GetAllWorkAsync(_workspace);
        var (byStatus, load, capacity) = (new Dictionary<AgentStatus, long>(), 0L, 0L);
        for (var (after, more) = ("", true); more;)
        {
            var page = await agents.ListAsync(_workspace, null, after, PageSize);
            foreach (var agent in page)
            {
                after = agent.AgentId;
                var status = agent.State.StatusWith(agent.Load);
                byStatus[status] = byStatus.GetValueOrDefault(status) + 1;
                if (status is not AgentStatus.Dead) (load, capacity) = (load + agent.Load, capacity + agent.State.Agent!.Capacity);
            }

            more = page.Count == PageSize;
        }

        return new()
        {
            TotalAgents = byStatus.Values.Sum(),
            ActiveAgents = byStatus.GetValueOrDefault(AgentStatus.Active) + byStatus.GetValueOrDefault(AgentStatus.Busy),
            DeadAgentCount = byStatus.GetValueOrDefault(AgentStatus.Dead),
            QueuedTasks = queues.Sum(q => q.Queued),
            RunningTasks = queues.Sum(q => q.Assigned + q.Running),
            CompletedTasks = queues.Sum(q => q.Completed),
            FailedTasks = queues.Sum(q => q.Failed),
            CancelledTasks = queues.Sum(q => q.Cancelled),
            StaleCalls = queues.Sum(q => q.Refused),
            AverageTaskDuration = work.MeanDuration ?? 0,
            SystemLoad = capacity == 0 ? 0 : (double)load / capacity,
            HandoffCount = handedOver,
            AgentsByStatus = Enum.GetValues<AgentStatus>().ToImmutableDictionary(NamedEnumConverter<AgentStatus>.NameOf, s => byStatus.GetValueOrDefault(s)),
            QueueDepthByPriority = await index.CountByPriorityAsync(_workspace),
        };
    }

    private async Task<StoredTask> FindAsync(string taskId) => await index.FindAsync(_workspace, Names.Check("taskId", taskId))
        ?? throw new MementoException(Refusal.Of(RefusalKind.NotFound, Codes.TaskNotFound, $"There is no task \"{taskId}\"."));
}
