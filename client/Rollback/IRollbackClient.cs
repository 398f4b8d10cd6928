namespace Memento.Rollback;

/// <summary>Compares and rolls back a workspace. Errors and retries are those of <see cref="Workspaces.IWorkspaceClient"/>.</summary>
public interface IRollbackClient
{
    /// <summary>Compares a point with another one, or with the current documents.</summary>
    Task<PointDiff> DiffAsync(string rollbackPointId, DiffRequest? request = null, CancellationToken cancellationToken = default);

    /// <summary>Previews a rollback. The preview has a token with which exactly this rollback can be started.</summary>
    Task<RollbackPreview> PreviewAsync(string rollbackPointId, PreviewRollback request, CancellationToken cancellationToken = default);

    /// <summary>Reads every document of a point back.</summary>
    Task<PointCheck> CheckAsync(string rollbackPointId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Begins a rollback; it goes on in the background. <c>STALE_PREVIEW</c> if the workspace has moved on since the preview.
    /// </summary>
    Task<RollbackView> StartAsync(string rollbackPointId, StartRollback request, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    Task<RollbackView> GetAsync(string operationId, CancellationToken cancellationToken = default);

    /// <summary>Lists a page of rollbacks, newest first, without their logs.</summary>
    Task<Page<RollbackView>> ListAsync(RollbackStatus? status = null, int limit = Paging.DefaultLimit, string? cursor = null, CancellationToken cancellationToken = default);

    /// <summary>A rollback as it is now, and then whenever it changes, until it is over. A dropped connection is resumed.</summary>
    IAsyncEnumerable<RollbackView> WatchAsync(string operationId, CancellationToken cancellationToken = default);

    /// <summary>Stops a rollback and undoes what it did so far.</summary>
    Task<RollbackView> CancelAsync(string operationId, string? agentId = null, CancellationToken cancellationToken = default);

    /// <summary>Undoes a rollback and keeps everybody's work since: a rollback of its own, which is answered.</summary>
    Task<RollbackView> UndoAsync(string operationId, string? agentId = null, CancellationToken cancellationToken = default);

    /// <summary>Lists a page of conflicts, newest first.</summary>
    Task<Page<ConflictView>> ListConflictsAsync(
        ConflictStatus? status = null, string? operationId = null, int limit = Paging.DefaultLimit, string? cursor = null, CancellationToken cancellationToken = default);

    /// <summary>A conflict with its values, its diff and the ways to settle it.</summary>
    Task<ConflictDetails> GetConflictAsync(string conflictId, CancellationToken cancellationToken = default);

    Task<ConflictView> ResolveAsync(string conflictId, ResolveConflict request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads a version of the merge policies, or the newest one. <c>MERGE_POLICIES_NOT_FOUND</c> if there was no such version.
    /// </summary>
    Task<MergePolicyList> GetMergePoliciesAsync(long? version = null, CancellationToken cancellationToken = default);

    /// <summary>Replaces the merge policies. <c>VERSION_CONFLICT</c> if they are not the version that the request expects.</summary>
    Task<MergePolicyList> SetMergePoliciesAsync(SetMergePolicies request, CancellationToken cancellationToken = default);
}
