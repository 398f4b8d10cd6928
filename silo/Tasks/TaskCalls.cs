using Memento.Agents;
using Memento.Http;
using Memento.Workspaces;
using Microsoft.Extensions.Options;

namespace Memento.Tasks;

/// <summary>What every task and agent endpoint needs.</summary>
internal sealed class TaskCalls(IGrainFactory grains, IOptions<HttpOptions> options)
{
    public int MaxBodyBytes { get; } = options.Value.MaxBodyBytes;

    /// <summary>The id in <c>/v1/workspaces/{ws}/tasks/{id}</c> and the like.</summary>
    public static string Id(HttpContext http) => http.Name("id", WorkspaceCalls.PartSegment);

    public ITaskQueryGrain Queries(HttpContext http) => grains.GetGrain<ITaskQueryGrain>(WorkspaceCalls.Workspace(http));

    public IAgentQueryGrain AgentQueries(HttpContext http) => grains.GetGrain<IAgentQueryGrain>(WorkspaceCalls.Workspace(http));

    public ITaskQueueGrain Queue(HttpContext http, string name) => grains.GetGrain<ITaskQueueGrain>(new GrainKey(WorkspaceCalls.Workspace(http), Names.Check("queue", name)).ToString());

    /// <summary>The queue that the task of the path is in.</summary>
    public async Task<ITaskQueueGrain> QueueOfTaskAsync(HttpContext http) => Queue(http, await Queries(http).GetQueueAsync(Id(http)));

    /// <summary>The agent of the path.</summary>
    public IAgentGrain Agent(HttpContext http) => Agent(http, Id(http));

    public IAgentGrain Agent(HttpContext http, string agentId) => grains.GetGrain<IAgentGrain>(new GrainKey(WorkspaceCalls.Workspace(http), Names.Check("agentId", agentId)).ToString());

    /// <summary>The address of something, for Location.</summary>
    public static string Address(HttpContext http, string kind, string id) => $"/v1/workspaces/{Uri.EscapeDataString(WorkspaceCalls.Workspace(http))}/{kind}/{Uri.EscapeDataString(id)}";
}
