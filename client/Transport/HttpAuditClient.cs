using Memento.Audit;

namespace Memento.Transport;

/// <summary>The audit over the HTTP contract.</summary>
internal sealed class HttpAuditClient(HttpTransport http, string workspace) : IAuditClient
{
    public Task<Page<AuditEntry>> ListAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        query.Check();
        return http.GetAsync(
            new UrlBuilder($"v1/workspaces/{Uri.EscapeDataString(workspace)}/audit")
                .Add("agent", query.AgentId).Add("session", query.SessionId).Add("rollback", query.OperationId).Add("point", query.RollbackPointId).Add("conflict", query.ConflictId)
                .Add("document", query.Document?.ToString()).Add("action", query.Action).Add("since", query.Since).Add("until", query.Until).Add("limit", query.Limit).Add("cursor", query.Cursor)
                .ToString(),
            MementoJson.Default.PageAuditEntry, cancellationToken);
    }
}
