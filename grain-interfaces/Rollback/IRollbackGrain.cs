namespace Memento.Rollback;

/// <summary>
/// One rollback: it is planned, carried out and remembered here. Key: <see cref="GrainKey"/> (<c>workspace/operationId</c>).
/// It goes on by itself after it was started, also after a crash, and ends completed or with nothing changed.
/// </summary>
[Alias("memento.IRollbackGrain"), GrainInterfaceType("memento.rollback")]
public interface IRollbackGrain : IGrainWithStringKey
{
    /// <summary>Accepts a rollback and begins it. <c>ROLLBACK_NOT_FOUND</c>, <c>ROLLBACK_EXPIRED</c>, <c>STALE_PREVIEW</c>, <c>VALIDATION_FAILED</c>.</summary>
    [Alias("start")] Task<RollbackView> StartAsync(string rollbackPointId, StartRollback request, string? idempotencyKey = null);

    /// <summary><c>OPERATION_NOT_FOUND</c>.</summary>
    [Alias("get")] Task<RollbackView> GetAsync();

    /// <summary>Stops a rollback at the next batch and undoes what it did so far.</summary>
    [Alias("cancel")] Task<RollbackView> CancelAsync(string? agentId = null);

    /// <summary>Starts a rollback that undoes this one and keeps everybody's work since. Answers the new one; the same one when asked again.</summary>
    [Alias("undo")] Task<RollbackView> UndoAsync(string? agentId = null);

    /// <summary>A conflict with its values, its diff and the ways to settle it. <c>CONFLICT_NOT_FOUND</c>.</summary>
    [Alias("conflict")] Task<ConflictDetails> GetConflictAsync(string conflictId);

    /// <summary>Settles a conflict. <c>VERSION_CONFLICT</c> if the document changed meanwhile: look again.</summary>
    [Alias("resolve")] Task<ConflictView> ResolveAsync(string conflictId, ResolveConflict request);

    /// <summary>Goes on if it should be going on and is not. Called by the search for those whose silo died.</summary>
    [Alias("resume")] Task ResumeAsync();

    /// <summary>What it is now, and then whenever it changes, until it is over.</summary>
    [Alias("watch")] IAsyncEnumerable<RollbackView> WatchAsync(CancellationToken cancellationToken = default);
}
