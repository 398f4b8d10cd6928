using Memento.Audit;

namespace Memento.Transport;

/// <summary>The audit through its grain.</summary>
internal sealed class OrleansAuditClient(IGrainFactory grains, GrainCalls calls, string workspace) : IAuditClient
{
    private readonly IAuditGrain _audit = grains.GetGrain<IAuditGrain>(workspace);

    public Task<Page<AuditEntry>> ListAsync(AuditQuery query, CancellationToken cancellationToken) => calls.TryAsync(_ => _audit.ListAsync(query), cancellationToken);
}
