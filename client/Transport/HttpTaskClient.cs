using System.Collections.Immutable;
using System.Net.Http.Json;
using Memento.Agents;
using Memento.Tasks;

namespace Memento.Transport;

/// <summary>Tasks, queues and agents over the HTTP contract.</summary>
internal sealed class HttpTaskClient(HttpTransport http, string workspace) : ITaskClient, IAgentClient
{
    private static readonly MementoJson Json = MementoJson.Default;
    private readonly string _workspace = $"v1/workspaces/{Uri.EscapeDataString(workspace)}";

    public Task<ImmutableArray<TaskView>> SubmitAsync(ImmutableArray<SubmitTask> tasks, string? idempotencyKey, CancellationToken cancellationToken) =>
        http.PostAsync($"{_workspace}/tasks", tasks, Json.ImmutableArraySubmitTask, Json.ImmutableArrayTaskView, idempotencyKey ?? Guid.CreateVersion7(http.Clock.GetUtcNow()).ToString(), cancellationToken);

    Task<TaskView> ITaskClient.GetAsync(string taskId, CancellationToken cancellationToken) => http.GetAsync(Of("tasks", taskId), Json.TaskView, cancellationToken);

    public Task<Page<TaskView>> ListAsync(TaskQuery query, CancellationToken cancellationToken) => http.GetAsync(
        new UrlBuilder($"{_workspace}/tasks").Add("status", query.Status).Add("queue", query.Queue).Add("agent", query.AgentId).Add("session", query.SessionId).Add("limit", query.Limit).Add("cursor", query.Cursor).ToString(),
        Json.PageTaskView, cancellationToken);

    public Task<TaskExplanation> ExplainAsync(string taskId, CancellationToken cancellationToken) => http.GetAsync(Of("tasks", taskId, "/explain"), Json.TaskExplanation, cancellationToken);

    public Task<TaskView> CancelAsync(string taskId, CancelTask request, CancellationToken cancellationToken) =>
        http.PostAsync(Of("tasks", taskId, "/cancel"), request, Json.CancelTask, Json.TaskView, null, cancellationToken);

    public Task<TaskView> RetryAsync(string taskId, CancellationToken cancellationToken) =>
        http.PostAsync(Of("tasks", taskId, "/retry"), new(), Json.CancelTask, Json.TaskView, null, cancellationToken);

    public async Task<ImmutableArray<QueueView>> GetQueuesAsync(CancellationToken cancellationToken) =>
        (await http.GetAsync($"{_workspace}/queues", Json.PageQueueView, cancellationToken).ConfigureAwait(false)).Items;

    public Task<QueueView> GetQueueAsync(string queue, CancellationToken cancellationToken) => http.GetAsync(Of("queues", queue), Json.QueueView, cancellationToken);

    public Task<QueueView> ConfigureAsync(string queue, QueueChange change, CancellationToken cancellationToken) =>
        http.SendAsync(HttpMethod.Put, Of("queues", queue), () => JsonContent.Create(change, Json.QueueChange), Json.QueueView, null, cancellationToken);

    public Task<CoordinationMetrics> GetMetricsAsync(CancellationToken cancellationToken) => http.GetAsync($"{_workspace}/coordination/metrics", Json.CoordinationMetrics, cancellationToken);

    public Task<AgentView> RegisterAsync(string agentId, RegisterAgent request, CancellationToken cancellationToken) =>
        http.SendAsync(HttpMethod.Put, Of("agents", agentId), () => JsonContent.Create(request, Json.RegisterAgent), Json.AgentView, null, cancellationToken);

    Task<AgentView> IAgentClient.GetAsync(string agentId, CancellationToken cancellationToken) => http.GetAsync(Of("agents", agentId), Json.AgentView, cancellationToken);

    public Task RemoveAsync(string agentId, CancellationToken cancellationToken) => http.DeleteAsync(Of("agents", agentId), cancellationToken);

    public Task<Page<AgentView>> ListAsync(AgentQuery query, CancellationToken cancellationToken) => http.GetAsync(
        new UrlBuilder($"{_workspace}/agents").Add("status", query.Status).Add("capability", query.Capability).Add("limit", query.Limit).Add("cursor", query.Cursor).ToString(), Json.PageAgentView, cancellationToken);

    public Task<AgentLease> HeartbeatAsync(string agentId, Heartbeat request, CancellationToken cancellationToken) =>
        http.PostAsync(Of("agents", agentId, "/heartbeat"), request, Json.Heartbeat, Json.AgentLease, null, cancellationToken);

    public Task<ReceivedTasks> ReceiveAsync(string agentId, ReceiveTasks request, CancellationToken cancellationToken) =>
        http.PostAsync(Of("agents", agentId, "/receive"), request, Json.ReceiveTasks, Json.ReceivedTasks, null, cancellationToken);

    public Task<TaskView> SayAsync(string taskId, TaskOperation operation, TaskReport report, CancellationToken cancellationToken) =>
        http.PostAsync(Of("tasks", taskId, $"/{NamedEnumConverter<TaskOperation>.NameOf(operation)}"), report, Json.TaskReport, Json.TaskView, null, cancellationToken);

    private string Of(string kind, string id, string rest = "") => $"{_workspace}/{kind}/{Uri.EscapeDataString(Names.Check(kind[..^1] + "Id", id))}{rest}";
}
