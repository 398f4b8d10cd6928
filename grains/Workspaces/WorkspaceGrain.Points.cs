using Memento.Journaling;

namespace Memento.Workspaces;

/// <summary>The part about rollback points. They are few, and wait for each other, because the limits count what is there.</summary>
internal sealed partial class WorkspaceGrain
{
    private readonly SemaphoreSlim _points = new(1, 1);

    public Task<RollbackPoint> CreatePointAsync(CreateRollbackPoint request, string? idempotencyKey) => CreatePointAsync(request, null, idempotencyKey);

    private async Task<RollbackPoint> CreatePointAsync(CreateRollbackPoint request, string? operationId, string? idempotencyKey)
    {
        if (Workspace.Problem(request, limits) is { } problem) throw new MementoException(problem);
        var key = KeyedRequest.For(Scope, idempotencyKey, "create-point", request, MementoJson.Default.CreateRollbackPoint);
        await _points.WaitAsync();   // the limits count what is there; points are few, and may wait for each other
        try
        {
            return await ExecuteAsync(async () =>
            {
                var sessions = await index.GetSessionPositionsAsync(_name, options.Value.MaxPointSessions + 1);
                var existing = await ExistingPointsAsync(request.SessionId);
                return new WorkspaceCommand.CreatePoint(
                    $"rp-{Guid.CreateVersion7(clock.Now())}", request, [.. sessions.Take(options.Value.MaxPointSessions)], sessions.Length > options.Value.MaxPointSessions, existing) { OperationId = operationId };
            }, (_, state, facts) => ViewOf((WorkspaceFact.PointCreated)facts[^1], state.Seq), MementoJson.Default.RollbackPoint, key);
        }
        finally
        {
            _points.Release();
        }
    }

    public async Task<RollbackPoint> ChangePointAsync(string rollbackPointId, ChangeRollbackPoint request)
    {
        await _points.WaitAsync();
        try
        {
            return await ExecuteAsync(
                async () => new WorkspaceCommand.ChangePoint(await FindPointAsync(rollbackPointId), request.Pinned, request.TtlSeconds),
                (command, _, facts) => facts is [WorkspaceFact.PointChanged changed]
                    ? ((WorkspaceCommand.ChangePoint)command).Point with { Pinned = changed.Pinned, ExpiresAt = changed.ExpiresAt }
                    : ((WorkspaceCommand.ChangePoint)command).Point,
                MementoJson.Default.RollbackPoint);
        }
        finally
        {
            _points.Release();
        }
    }

    public Task DeletePointAsync(string rollbackPointId) => RemovePointAsync(rollbackPointId, PointEnd.Deleted);

    public async Task<bool> ExpirePointIfDueAsync(string rollbackPointId)
    {
        try
        {
            return await RemovePointAsync(rollbackPointId, PointEnd.Expired);
        }
        catch (MementoException e) when (e.Code is Codes.RollbackNotFound or Codes.RollbackExpired)
        {
            return true;   // somebody was faster
        }
    }

    public Task<RollbackPoint> CreateRecoveryPointAsync(string operationId, long ttlSeconds) => CreatePointAsync(new()
    {
        Name = $"before {operationId}",
        Description = "Made before a rollback, to be able to undo it.",
        TtlSeconds = ttlSeconds,
    }, operationId, $"recovery:{operationId}");

    private async Task<bool> RemovePointAsync(string id, PointEnd reason)
    {
        await _points.WaitAsync();
        try
        {
            return await ExecuteAsync(async () => new WorkspaceCommand.RemovePoint(await FindPointAsync(id, orExpired: true), reason), (_, _, facts) => !facts.IsEmpty, null);
        }
        finally
        {
            _points.Release();
        }
    }

    private async Task<ExistingPoints> ExistingPointsAsync(string? sessionId)
    {
        const int Usual = 2;   // one for each limit
        var existing = await index.GetExistingPointsAsync(_workspace.StreamId, sessionId, Usual);
        var excess = Math.Max(0, existing.InWorkspace - limits.MaxPointsPerWorkspace) + Math.Max(0, existing.InSession - limits.MaxPointsPerSession);
        return excess == 0 ? existing : await index.GetExistingPointsAsync(_workspace.StreamId, sessionId, (int)excess + Usual);   // a limit was lowered
    }

    private Task<RollbackPoint> FindPointAsync(string id, bool orExpired = false) => WorkspacePoints.FindAsync(index, _workspace.StreamId, id, orExpired ? DateTimeOffset.MinValue : clock.Now());

    private static RollbackPoint ViewOf(WorkspaceFact.PointCreated p, long seq) => RollbackPoint.Of(p, seq, p.ExpiresAt, p.Pinned);
}
