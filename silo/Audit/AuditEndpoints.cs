using Memento.Http;
using Memento.Workspaces;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Memento.Audit;

/// <summary>Who did what.</summary>
internal sealed class AuditEndpoints(IGrainFactory grains)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("GET", "/audit", ListAsync, "listAudit", "Lists who did what to documents, rollback points, rollbacks and conflicts, and calls about tasks that were refused because their token was stale, newest first; a page may be short and have a cursor all the same")
            .Parameters(
                new("agent", "Only what this agent did."),
                new("session", "Only what was done in this session."),
                new("rollback", "Only what this rollback did."),
                new("point", "Only what was done to this rollback point."),
                new("conflict", "Only what was done about this conflict."),
                new("document", "Only changes of and conflicts about this document: its kind and id, like entity/parse."),
                new("action", "Only this.", Values: NamedEnumConverter<AuditAction>.KnownNames),
                new("since", "Only what was done at or after this time.", ParameterKind.Time),
                new("until", "Only what was done at or before this time.", ParameterKind.Time))
            .Parameters(ApiDescription.Paged).Answers<Page<AuditEntry>>().Refuses(Status400BadRequest, Status422UnprocessableEntity);

    private async Task ListAsync(HttpContext http)
    {
        var query = new AuditQuery
        {
            AgentId = http.QueryName("agent"),
            SessionId = http.QueryName("session"),
            OperationId = http.QueryName("rollback"),
            RollbackPointId = http.QueryName("point"),
            ConflictId = http.QueryName("conflict"),
            Document = http.Query("document") is { } document ? DocumentKey.Parse(document, "document") : null,
            Action = http.QueryEnum<AuditAction>("action"),
            Since = http.QueryTime("since"),
            Until = http.QueryTime("until"),
            Limit = http.QueryLimit(),
            Cursor = http.Query("cursor"),
        };
        http.Answer(await grains.GetGrain<IAuditGrain>(WorkspaceCalls.Workspace(http)).ListAsync(query), MementoJson.Default.PageAuditEntry);
    }
}
