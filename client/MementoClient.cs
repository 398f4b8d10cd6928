using Memento.Agents;
using Memento.Audit;
using Memento.Rollback;
using Memento.Sessions;
using Memento.Tasks;
using Memento.Transport;
using Memento.Workspaces;

namespace Memento;

/// <summary>Makes clients without a dependency-injection container.</summary>
public static class MementoClient
{
    /// <summary>A client over HTTP. Throws <see cref="System.ComponentModel.DataAnnotations.ValidationException"/> if an option is out of range.</summary>
    /// <param name="options"><see cref="MementoClientOptions.Url"/> is needed.</param>
    public static HttpMementoClient Connect(MementoClientOptions options, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options.Url);
        return new(options.Checked(), clock ?? TimeProvider.System);
    }

    /// <summary>A client over grain calls.</summary>
    public static IMementoClient Over(IGrainFactory grains, MementoClientOptions options, TimeProvider? clock = null) =>
        new OrleansMementoClient(grains, options.Checked(), clock ?? TimeProvider.System);
}

/// <summary>The primary transport: the versioned HTTP contract.</summary>
public sealed class HttpMementoClient : IMementoClient, IDisposable
{
    private readonly MementoClientOptions _options;
    private readonly HttpTransport _http;

    internal HttpMementoClient(MementoClientOptions options, TimeProvider clock)
    {
        _options = options;
        _http = new(options, clock, Random.Shared.NextDouble);
    }

    public ISessionClient Sessions(string workspace) => new HttpSessionClient(_http, _options, Names.Check("workspace", workspace));

    public IWorkspaceClient Documents(string workspace) => new HttpWorkspaceClient(_http, Names.Check("workspace", workspace));

    public IRollbackClient Rollbacks(string workspace) => new HttpRollbackClient(_http, _options, Names.Check("workspace", workspace));

    public IAuditClient Audit(string workspace) => new HttpAuditClient(_http, Names.Check("workspace", workspace));

    public ITaskClient Tasks(string workspace) => new HttpTaskClient(_http, Names.Check("workspace", workspace));

    public IAgentClient Agents(string workspace) => new HttpTaskClient(_http, Names.Check("workspace", workspace));

    public void Dispose() => _http.Dispose();
}

/// <summary>The fast path inside the cluster's network.</summary>
internal sealed class OrleansMementoClient(IGrainFactory grains, MementoClientOptions options, TimeProvider clock) : IMementoClient
{
    private readonly GrainCalls _calls = new(options, clock);

    public ISessionClient Sessions(string workspace) => new OrleansSessionClient(grains, options, _calls, Names.Check("workspace", workspace));

    public IWorkspaceClient Documents(string workspace) => new OrleansWorkspaceClient(grains, _calls, Names.Check("workspace", workspace));

    public IRollbackClient Rollbacks(string workspace) => new OrleansRollbackClient(grains, options, _calls, Names.Check("workspace", workspace));

    public IAuditClient Audit(string workspace) => new OrleansAuditClient(grains, _calls, Names.Check("workspace", workspace));

    public ITaskClient Tasks(string workspace) => new OrleansTaskClient(grains, _calls, Names.Check("workspace", workspace));

    public IAgentClient Agents(string workspace) => new OrleansTaskClient(grains, _calls, Names.Check("workspace", workspace));
}
