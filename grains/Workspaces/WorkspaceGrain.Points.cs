using Memento.Journaling;
using Memento.Sessions;

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
            return await _workspace.ExecutePreparedAsync(async () =>
            {
                var sessions = await index.GetSessionPositionsAsync(_name, options.Value.MaxPointSessions + 1);
                var existing = await ExistingPointsAsync(request.SessionId);
                return new WorkspaceCommand.CreatePoint(
                    $"rp-{Guid.CreateVersion7(clock.Now())}", request, [.. sessions.Take(options.Value.MaxPointSessions)], sessions.Length > options.Value.MaxPointSessions, existing) { OperationId = operationId };
            }, c => ViewOf((WorkspaceFact.PointCreated)c.Events[^1], c.After.Seq), key, MementoJson.Default.RollbackPoint);
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
            return await _workspace.ExecutePreparedAsync(async () => new WorkspaceCommand.ChangePoint(await FindPointAsync(rollbackPointId), request), c =>
            {
                var point = ((WorkspaceCommand.ChangePoint)c.Command).Point;
                return c.Events is [WorkspaceFact.PointChanged changed] ? point with { Pinned = changed.Pinned, ExpiresAt = changed.ExpiresAt } : point;
            });
        }
        finally
        {
            _points.Release();
        }
    }

    public Task DeletePointAsync(string rollbackPointId, string? agentId)
    {
        if (agentId is not null) Names.Check("agentId", agentId);
        return RemovePointAsync(rollbackPointId, PointEnd.Deleted, agentId);
    }

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

    public async Task<SessionView> RestoreSessionAsync(string rollbackPointId, RestoreSession request, string? idempotencyKey)
    {
        Names.Check("sessionId", request.SessionId);
        var key = KeyedRequest.For(Scope, idempotencyKey, $"restore-session:{rollbackPointId}", request, MementoJson.Default.RestoreSession);
        if (key is not null && await key.FindAnswerAsync(journal, MementoJson.Default.SessionView) is { } known) return known;   // even if the point is gone by now
        await _workspace.LoadAsync();
        var point = await FindPointAsync(rollbackPointId);
        if (point.Sessions?.FirstOrDefault(s => s.SessionId == request.SessionId) is not { } noted)
        {
            var more = point.SessionsTruncated ? $" It noted the newest {point.Sessions?.Length} only (Memento:Workspaces:MaxPointSessions)." : "";
            throw new MementoException(Refusal.Of(RefusalKind.NotFound, Codes.SessionNotFound, $"Session \"{request.SessionId}\" was not active at {rollbackPointId}.{more}"));
        }

        var session = GrainFactory.GetGrain<IForkedSession>(new GrainKey(_name, request.SessionId).ToString());
        return await session.ForkEndedAsync(new() { AtSeq = noted.Seq, AgentId = request.AgentId, SessionId = request.NewSessionId }, key);
    }

    public Task<RollbackPoint> CreateRecoveryPointAsync(string operationId, long ttlSeconds) => CreatePointAsync(new()
    {
        Name = $"before {operationId}",
        Description = "Made before a rollback, to be able to undo it.",
        TtlSeconds = Math.Min(ttlSeconds, limits.MaxPointTtlSeconds),
    }, operationId, $"recovery:{operationId}");

    private async Task<bool> RemovePointAsync(string id, PointEnd reason, string? agentId = null)
    {
        await _points.WaitAsync();
        try
        {
            return await _workspace.ExecutePreparedAsync(
                async () => new WorkspaceCommand.RemovePoint(await FindPointAsync(id, orExpired: true), reason, agentId), c => !c.Events.IsEmpty);
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
