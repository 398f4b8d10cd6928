using Memento.Http;
using Microsoft.Extensions.Options;

namespace Memento.Sessions;

/// <summary>What every session endpoint needs: the grains, the limits, and who is meant by the path.</summary>
internal sealed class SessionCalls(IGrainFactory grains, IOptions<HttpOptions> options, TimeProvider clock)
{
    /// <summary>Where the names stand in <c>/v1/workspaces/{ws}/sessions/{id}/…/{x}</c>.</summary>
    public const int WorkspaceSegment = 2, IdSegment = 4, PartSegment = 6;

    public int MaxBodyBytes { get; } = options.Value.MaxBodyBytes;

    public TimeSpan StreamHeartbeat { get; } = options.Value.StreamHeartbeat;

    public TimeProvider Clock => clock;

    public static string Workspace(HttpContext http) => http.Name("ws", WorkspaceSegment);

    public static string SessionId(HttpContext http) => http.Name("id", IdSegment);

    public ISessionGrain Session(HttpContext http) => Session(Workspace(http), SessionId(http));

    public ISessionGrain Session(string workspace, string id) => grains.GetGrain<ISessionGrain>(new GrainKey(workspace, id).ToString());

    public ISessionQueryGrain Queries(HttpContext http) => grains.GetGrain<ISessionQueryGrain>(Workspace(http));

    public ISessionFeedGrain Feed(HttpContext http) => grains.GetGrain<ISessionFeedGrain>(Workspace(http));

    /// <summary>The address of a session, for Location.</summary>
    public static string Address(string workspace, string id) => $"/v1/workspaces/{Uri.EscapeDataString(workspace)}/sessions/{Uri.EscapeDataString(id)}";

    /// <summary>The id of a session that its creator did not name.</summary>
    public string NewId() => $"sess-{Guid.CreateVersion7(clock.GetUtcNow())}";
}
