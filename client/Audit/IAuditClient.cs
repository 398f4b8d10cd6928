namespace Memento.Audit;

/// <summary>Who did what in one workspace. Errors and retries as in <see cref="Workspaces.IWorkspaceClient"/>.</summary>
public interface IAuditClient
{
    /// <summary>One page of entries, newest first. It may have fewer than were asked for, or none, and a cursor all the same: so far it has looked.</summary>
    Task<Page<AuditEntry>> ListAsync(AuditQuery query, CancellationToken cancellationToken = default);
}
