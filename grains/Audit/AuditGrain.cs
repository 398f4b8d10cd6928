using Memento.Storage;
using Memento.Workspaces;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Memento.Audit;

/// <summary>Answers from the journals and their index, on whichever silo was asked.</summary>
[GrainType("memento.audit"), StatelessWorker, Reentrant]
internal sealed class AuditGrain(IJournal journal, IWorkspaceIndex index, IAuditIndex audit, IOptions<WorkspaceOptions> options, TimeProvider clock) : Grain, IAuditGrain
{
    private string _workspace = "";

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _workspace = Names.Check("workspace", this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public Task<Page<AuditEntry>> ListAsync(AuditQuery query)
    {
        query.Check();
        var kept = clock.GetUtcNow() - options.Value.Audit;
        return new AuditReader(journal, index, audit, _workspace, query, query.Since > kept ? query.Since.Value : kept).ReadAsync(CancellationToken.None);
    }
}
