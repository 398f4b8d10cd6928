namespace Memento.Rollback;

/// <summary>The side of a rollback that only the one that it undoes calls.</summary>
[Alias("memento.IUndoing")]
internal interface IUndoing : IGrainWithStringKey
{
    /// <summary>Begins a rollback that undoes another one's changes and keeps all others.</summary>
    [Alias("start-undo")] Task<RollbackView> StartUndoAsync(string operationId, string recoveryPointId, string? agentId);

    /// <summary>Records that another rollback undid this one.</summary>
    [Alias("undone")] Task UndoneAsync(string byOperationId, string? agentId);
}
