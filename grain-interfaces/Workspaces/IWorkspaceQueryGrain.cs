namespace Memento.Workspaces;

/// <summary>Questions about a workspace, answered from indexed tables. What its writer has acknowledged is seen. Key: the workspace's name.</summary>
[Alias("memento.IWorkspaceQueryGrain"), GrainInterfaceType("memento.workspace-query")]
public interface IWorkspaceQueryGrain : IGrainWithStringKey
{
    /// <summary>Reads a document as it is, or as it was at a rollback point. <c>DOCUMENT_NOT_FOUND</c>; <c>SNAPSHOT_CORRUPTED</c> if its value is not what was stored.</summary>
    [Alias("get")] Task<Document> GetAsync(DocumentKey key, string? rollbackPointId = null);

    /// <summary>Lists documents by kind and id.</summary>
    [Alias("list")] Task<Page<DocumentView>> ListAsync(DocumentQuery query);

    /// <summary>Every version of a document, newest first. <c>DOCUMENT_NOT_FOUND</c> if it never was.</summary>
    [Alias("history")] Task<Page<DocumentView>> GetHistoryAsync(DocumentKey key, int limit = Paging.DefaultLimit, string? cursor = null);

    /// <summary><c>ROLLBACK_NOT_FOUND</c>, <c>ROLLBACK_EXPIRED</c>.</summary>
    [Alias("point")] Task<RollbackPoint> GetPointAsync(string rollbackPointId);

    /// <summary>Rollback points, newest first.</summary>
    [Alias("points")] Task<Page<RollbackPoint>> ListPointsAsync(string? sessionId = null, int limit = Paging.DefaultLimit, string? cursor = null);
}
