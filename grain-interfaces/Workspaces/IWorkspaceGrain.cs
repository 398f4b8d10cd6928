using Memento.Sessions;

namespace Memento.Workspaces;

/// <summary>
/// The documents that a fleet shares: their one writer. Key: the workspace's name.
/// Every call may throw <see cref="MementoException"/>: <c>VALIDATION_FAILED</c>, <c>OVERLOADED</c> or a store's code. What a call answers is durable.
/// Every call can be repeated: with an idempotency key, an expected version, or because the repetition changes nothing.
/// </summary>
[Alias("memento.IWorkspaceGrain"), GrainInterfaceType("memento.workspace")]
public interface IWorkspaceGrain : IGrainWithStringKey
{
    /// <summary>Changes documents, all or none. <c>VERSION_CONFLICT</c>, <c>DOCUMENT_NOT_FOUND</c>, <c>PATCH_TEST_FAILED</c>, <c>SNAPSHOT_TOO_LARGE</c> say why none was.</summary>
    [Alias("write")] Task<WriteResult> WriteAsync(WriteDocuments request, string? idempotencyKey = null);

    [Alias("get")] Task<WorkspaceView> GetAsync();

    /// <summary>Names this moment. It costs the same whatever the workspace holds. The oldest points that are not pinned make room if there are too many.</summary>
    [Alias("create-point")] Task<RollbackPoint> CreatePointAsync(CreateRollbackPoint request, string? idempotencyKey = null);

    /// <summary>Pins or unpins a point, or lets it live longer or shorter. <c>ROLLBACK_NOT_FOUND</c>, <c>ROLLBACK_EXPIRED</c>.</summary>
    [Alias("change-point")] Task<RollbackPoint> ChangePointAsync(string rollbackPointId, ChangeRollbackPoint request);

    /// <summary>Removes a point. <c>ROLLBACK_NOT_FOUND</c> if there is none.</summary>
    [Alias("delete-point")] Task DeletePointAsync(string rollbackPointId, string? agentId = null);

    /// <summary>Starts a session that goes on from where another one stood at a point, even if that one is over by now. <c>SESSION_NOT_FOUND</c> if the point did not note it.</summary>
    [Alias("restore-session")] Task<SessionView> RestoreSessionAsync(string rollbackPointId, RestoreSession request, string? idempotencyKey = null);

    /// <summary>Takes back the space of old history that no rollback point sees. All points still restore exactly; others go on writing meanwhile. Can be repeated.</summary>
    [Alias("compact"), ResponseTimeout("1.00:00:00")] Task<CompactionReport> CompactAsync(CompactWorkspace request);

    /// <summary>Removes a point if its time is up; answers whether it is gone. Called by the search for expired ones.</summary>
    [Alias("expire-point")] Task<bool> ExpirePointIfDueAsync(string rollbackPointId);
}
