using Memento.Http;
using Memento.Workspaces;
using Microsoft.Extensions.Options;

namespace Memento.Rollback;

/// <summary>The grains and limits that the endpoints of rollbacks, conflicts and merge policies share.</summary>
internal sealed class RollbackCalls(IGrainFactory grains, IOptions<HttpOptions> options, TimeProvider clock)
{
    public int MaxBodyBytes { get; } = options.Value.MaxBodyBytes;

    public TimeSpan StreamHeartbeat { get; } = options.Value.StreamHeartbeat;

    public TimeProvider Clock => clock;

    /// <summary>The id in <c>/v1/workspaces/{ws}/rollbacks/{id}</c> and the like.</summary>
    public static string Id(HttpContext http) => http.Name("id", WorkspaceCalls.PartSegment);

    public IRollbackQueryGrain Queries(HttpContext http) => grains.GetGrain<IRollbackQueryGrain>(WorkspaceCalls.Workspace(http));

    public IMergePolicyGrain MergePolicies(HttpContext http) => grains.GetGrain<IMergePolicyGrain>(WorkspaceCalls.Workspace(http));

    public IRollbackGrain Rollback(HttpContext http) => Rollback(WorkspaceCalls.Workspace(http), Id(http));

    public IRollbackGrain Rollback(string workspace, string id) => grains.GetGrain<IRollbackGrain>(new GrainKey(workspace, id).ToString());

    public string NewId() => $"op-{Guid.CreateVersion7(clock.GetUtcNow())}";

    /// <summary>The address of a rollback, for Location.</summary>
    public static string Address(string workspace, string id) => $"/v1/workspaces/{Uri.EscapeDataString(workspace)}/rollbacks/{Uri.EscapeDataString(id)}";
}
