using Memento.Rollback;
using Memento.Workspaces;

namespace Memento.Cli.Verify;

/// <summary>Rolls back, waits, and takes it back again.</summary>
internal sealed class Rollbacks(IRollbackClient rollbacks, IWorkspaceClient documents)
{
    /// <summary>Rolls back and waits for the end.</summary>
    public async Task<RollbackView> RunAsync(string pointId, StartRollback request, CancellationToken cancellationToken) =>
        await WaitAsync(await rollbacks.StartAsync(pointId, request, cancellationToken: cancellationToken), cancellationToken);

    /// <summary>Undoes a rollback. Answers why the workspace is not what it was before, or null.</summary>
    public async Task<string?> UndoAsync(RollbackView done, string root, CancellationToken cancellationToken)
    {
        if (done.RecoveryPointId is null) return null;   // it changed nothing
        var undone = await WaitAsync(await rollbacks.UndoAsync(done.OperationId, cancellationToken: cancellationToken), cancellationToken);
        if (undone.Status is not RollbackStatus.Completed) return $"Undoing it ended {Format.Name(undone.Status)}: {undone.Error?.Message}";
        return (await documents.GetAsync(cancellationToken)).Root == root ? null : "Undoing it did not give back what was there before.";
    }

    /// <summary>Goes back to a point, whatever there is.</summary>
    public Task<RollbackView> RestoreAsync(string pointId, CancellationToken cancellationToken) =>
        RunAsync(pointId, new() { Type = RollbackType.Full, Strategy = RollbackStrategy.Force }, cancellationToken);

    /// <summary>The files on which a rollback found a conflict.</summary>
    public async Task<HashSet<string>> ConflictsAsync(string operationId, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            var page = await rollbacks.ListConflictsAsync(operationId: operationId, limit: Paging.MaxLimit, cursor: cursor, cancellationToken: cancellationToken);
            foreach (var conflict in page.Items)
                if (conflict.Kind is DocumentKind.File) found.Add(conflict.Id);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return found;
    }

    private async Task<RollbackView> WaitAsync(RollbackView started, CancellationToken cancellationToken)
    {
        if (started.IsOver) return started;
        var last = started;
        await foreach (var view in rollbacks.WatchAsync(started.OperationId, cancellationToken)) last = view;
        return last;
    }
}
