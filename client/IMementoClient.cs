using Memento.Agents;
using Memento.Audit;
using Memento.Rollback;
using Memento.Sessions;
using Memento.Tasks;
using Memento.Workspaces;

namespace Memento;

/// <summary>
/// The door to one Memento, a server or a cluster. Thread-safe; one per process is enough.
/// <para>
/// There are two transports behind the same interfaces. <b>HTTP is the primary one</b>: its contract is versioned and the same for every language,
/// it passes proxies and firewalls, and it is what the outside checks hold. It is chosen when <see cref="MementoClientOptions.Url"/> is given.
/// <b>The grain interfaces are the fast path</b> for .NET programs inside the cluster's network: no JSON and one hop less, for which client and
/// silos must be deployed with compatible versions of them.
/// </para>
/// </summary>
public interface IMementoClient
{
    /// <summary>The sessions of one workspace. Cheap; needs no disposal.</summary>
    ISessionClient Sessions(string workspace);

    /// <summary>The documents of one workspace and its rollback points. Cheap; needs no disposal.</summary>
    IWorkspaceClient Documents(string workspace);

    /// <summary>What changed in one workspace, and undoing it. Cheap; needs no disposal.</summary>
    IRollbackClient Rollbacks(string workspace);

    /// <summary>Who did what in one workspace. Cheap; needs no disposal.</summary>
    IAuditClient Audit(string workspace);

    /// <summary>The tasks and queues of one workspace. Cheap; needs no disposal.</summary>
    ITaskClient Tasks(string workspace);

    /// <summary>The agents of one workspace. Cheap; needs no disposal.</summary>
    IAgentClient Agents(string workspace);
}
