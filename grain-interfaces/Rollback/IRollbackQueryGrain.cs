namespace Memento.Rollback;

/// <summary>Questions about what changed and what a rollback would do. Key: the workspace's name.</summary>
[Alias("memento.IRollbackQueryGrain"), GrainInterfaceType("memento.rollback-query")]
public interface IRollbackQueryGrain : IGrainWithStringKey
{
    /// <summary>What changed between a point and another, or now.</summary>
    [Alias("diff"), ResponseTimeout("00:10:00")] Task<PointDiff> DiffAsync(string rollbackPointId, DiffRequest request);

    /// <summary>What a rollback would do, and a token with which exactly that can be carried out.</summary>
    [Alias("preview"), ResponseTimeout("00:10:00")] Task<RollbackPreview> PreviewAsync(string rollbackPointId, PreviewRollback request);

    /// <summary>Reads every document of a point back, and says which are damaged and whether the hash of all is still right.</summary>
    [Alias("check"), ResponseTimeout("1.00:00:00")] Task<PointCheck> CheckAsync(string rollbackPointId, CancellationToken cancellationToken = default);

    /// <summary>Rollbacks, newest first, without their logs.</summary>
    [Alias("list")] Task<Page<RollbackView>> ListAsync(RollbackStatus? status = null, int limit = Paging.DefaultLimit, string? cursor = null);

    /// <summary>Conflicts, newest first.</summary>
    [Alias("conflicts")] Task<Page<ConflictView>> ListConflictsAsync(ConflictStatus? status = null, string? operationId = null, int limit = Paging.DefaultLimit, string? cursor = null);

    /// <summary>A conflict, wherever it was found. <c>CONFLICT_NOT_FOUND</c>.</summary>
    [Alias("conflict")] Task<ConflictView> GetConflictAsync(string conflictId);
}
