using Memento.Sessions;

namespace Memento.Workspaces;

/// <summary>
/// The documents of one workspace, and the names of its moments. Refusals are thrown as <see cref="MementoException"/>, lost connections as <see cref="ServerUnreachableException"/>.
/// What a call answers is durable. Calls are retried inside: those that change something carry an idempotency key, made up when none is given.
/// </summary>
public interface IWorkspaceClient
{
    /// <summary>The workspace's name.</summary>
    string Workspace { get; }

    /// <summary>The workspace as a whole.</summary>
    Task<WorkspaceView> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Changes documents: all or none.</summary>
    Task<WriteResult> WriteAsync(WriteDocuments request, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    /// <summary>A document as it is, or as it was at a rollback point. <c>DOCUMENT_NOT_FOUND</c> if there is none.</summary>
    Task<Document> GetDocumentAsync(DocumentKey key, string? rollbackPointId = null, CancellationToken cancellationToken = default);

    /// <summary>One page of documents, by kind and id.</summary>
    Task<Page<DocumentView>> ListAsync(DocumentQuery query, CancellationToken cancellationToken = default);

    /// <summary>One page of a document's versions, newest first.</summary>
    Task<Page<DocumentView>> GetHistoryAsync(DocumentKey key, int limit = Paging.DefaultLimit, string? cursor = null, CancellationToken cancellationToken = default);

    /// <summary>Names this moment.</summary>
    Task<RollbackPoint> CreatePointAsync(CreateRollbackPoint request, string? idempotencyKey = null, CancellationToken cancellationToken = default);

    Task<RollbackPoint> GetPointAsync(string rollbackPointId, CancellationToken cancellationToken = default);

    /// <summary>One page of points, newest first.</summary>
    Task<Page<RollbackPoint>> ListPointsAsync(string? sessionId = null, int limit = Paging.DefaultLimit, string? cursor = null, CancellationToken cancellationToken = default);

    /// <summary>Pins or unpins a point, or lets it live longer or shorter.</summary>
    Task<RollbackPoint> ChangePointAsync(string rollbackPointId, ChangeRollbackPoint request, CancellationToken cancellationToken = default);

    Task DeletePointAsync(string rollbackPointId, string? agentId = null, CancellationToken cancellationToken = default);

    /// <summary>Takes back the space of old history that no rollback point sees; every point still restores exactly. May take long; can be repeated.</summary>
    Task<CompactionReport> CompactAsync(CompactWorkspace request, CancellationToken cancellationToken = default);

    /// <summary>Starts a session that goes on from where another one stood at a point, even if that one is over by now. <c>SESSION_NOT_FOUND</c> if the point did not note it.</summary>
    Task<SessionView> RestoreSessionAsync(string rollbackPointId, RestoreSession request, string? idempotencyKey = null, CancellationToken cancellationToken = default);
}
