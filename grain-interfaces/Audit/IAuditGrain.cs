namespace Memento.Audit;

/// <summary>Who did what in a workspace. Key: the workspace's name.</summary>
[Alias("memento.IAuditGrain"), GrainInterfaceType("memento.audit")]
public interface IAuditGrain : IGrainWithStringKey
{
    /// <summary>
    /// Entries, newest first. A page may have fewer than were asked for, or none, and a cursor all the same: so far it has looked, and the next page looks on.
    /// <c>VALIDATION_FAILED</c>.
    /// </summary>
    [Alias("list")] Task<Page<AuditEntry>> ListAsync(AuditQuery query);
}
