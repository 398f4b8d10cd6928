using Memento.Sessions;
using Memento.Workspaces;

namespace Memento.Transport;

/// <summary>Documents and points through their grains.</summary>
internal sealed class OrleansWorkspaceClient(IGrainFactory grains, GrainCalls calls, string workspace) : IWorkspaceClient
{
    private readonly IWorkspaceGrain _writer = grains.GetGrain<IWorkspaceGrain>(workspace);
    private readonly IWorkspaceQueryGrain _queries = grains.GetGrain<IWorkspaceQueryGrain>(workspace);

    public string Workspace => workspace;

    public Task<WorkspaceView> GetAsync(CancellationToken cancellationToken) => calls.TryAsync(_ => _writer.GetAsync(), cancellationToken);

    public Task<WriteResult> WriteAsync(WriteDocuments request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = idempotencyKey ?? calls.NewId();
        return calls.TryAsync(_ => _writer.WriteAsync(request, key), cancellationToken);
    }

    public Task<Document> GetDocumentAsync(DocumentKey key, string? rollbackPointId, CancellationToken cancellationToken) =>
        calls.TryAsync(_ => _queries.GetAsync(key, rollbackPointId), cancellationToken);

    public Task<Page<DocumentView>> ListAsync(DocumentQuery query, CancellationToken cancellationToken) => calls.TryAsync(_ => _queries.ListAsync(query), cancellationToken);

    public Task<Page<DocumentView>> GetHistoryAsync(DocumentKey key, int limit, string? cursor, CancellationToken cancellationToken) =>
        calls.TryAsync(_ => _queries.GetHistoryAsync(key, limit, cursor), cancellationToken);

    public Task<RollbackPoint> CreatePointAsync(CreateRollbackPoint request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = idempotencyKey ?? calls.NewId();
        return calls.TryAsync(_ => _writer.CreatePointAsync(request, key), cancellationToken);
    }

    public Task<RollbackPoint> GetPointAsync(string rollbackPointId, CancellationToken cancellationToken) => calls.TryAsync(_ => _queries.GetPointAsync(rollbackPointId), cancellationToken);

    public Task<Page<RollbackPoint>> ListPointsAsync(string? sessionId, int limit, string? cursor, CancellationToken cancellationToken) =>
        calls.TryAsync(_ => _queries.ListPointsAsync(sessionId, limit, cursor), cancellationToken);

    public Task<RollbackPoint> ChangePointAsync(string rollbackPointId, ChangeRollbackPoint request, CancellationToken cancellationToken) =>
        calls.TryAsync(_ => _writer.ChangePointAsync(rollbackPointId, request), cancellationToken);

    public Task DeletePointAsync(string rollbackPointId, string? agentId, CancellationToken cancellationToken) => calls.DeleteAsync(() => _writer.DeletePointAsync(rollbackPointId, agentId), cancellationToken);

    public Task<CompactionReport> CompactAsync(CompactWorkspace request, CancellationToken cancellationToken) => calls.TryAsync(_ => _writer.CompactAsync(request), cancellationToken);

    public Task<SessionView> RestoreSessionAsync(string rollbackPointId, RestoreSession request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var key = idempotencyKey ?? calls.NewId();
        return calls.TryAsync(_ => _writer.RestoreSessionAsync(rollbackPointId, request, key), cancellationToken);
    }
}
