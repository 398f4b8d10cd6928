using Memento.Http;
using Memento.Workspaces;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Memento.Rollback;

/// <summary>Conflicts that rollbacks left for somebody to decide.</summary>
internal sealed class ConflictEndpoints(RollbackCalls calls)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi("GET", "/conflicts", ListAsync, "listConflicts", "Lists conflicts, newest first")
            .Parameters(
                new("status", "Only these.", Values: NamedEnumConverter<ConflictStatus>.KnownNames),
                new("rollback", "Only conflicts of this rollback."))
            .Parameters(ApiDescription.Paged).Answers<Page<ConflictView>>().Refuses(Status400BadRequest, Status422UnprocessableEntity);
        routes.MapApi("GET", "/conflicts/{id}", GetAsync, "getConflict", "A conflict with its values, a visual diff and the ways to settle it").Answers<ConflictDetails>().Refuses(Status404NotFound);
        routes.MapApi("POST", "/conflicts/{id}/resolution", ResolveAsync, "resolveConflict", "Settles a conflict")
            .Takes<ResolveConflict>().Example("""{"choice":"smart-merge"}""").Answers<ConflictView>().Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status422UnprocessableEntity);
        routes.MapApi("POST", "/conflicts/resolutions", ResolveManyAsync, "resolveConflicts", "Settles several conflicts in the same way, one after the other; says of each what became of it")
            .Takes<ResolveConflicts>().Example("""{"conflictIds":["conf-…"],"choice":"keep-current"}""").Answers<Resolutions>().Refuses(Status400BadRequest, Status422UnprocessableEntity);
    }

    private async Task ListAsync(HttpContext http) => http.Answer(
        await calls.Queries(http).ListConflictsAsync(http.QueryEnum<ConflictStatus>("status"), http.QueryName("rollback"), http.QueryLimit(), http.Query("cursor")), MementoJson.Default.PageConflictView);

    private async Task GetAsync(HttpContext http)
    {
        var id = RollbackCalls.Id(http);
        http.Answer(await (await OwnerAsync(http, id)).GetConflictAsync(id), MementoJson.Default.ConflictDetails);
    }

    private async Task ResolveAsync(HttpContext http)
    {
        var id = RollbackCalls.Id(http);
        var request = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.ResolveConflict);
        if (http.Request.Headers.IfMatch is [{ } tag]) request = request with { IfMatch = tag };
        http.Answer(await (await OwnerAsync(http, id)).ResolveAsync(id, request), MementoJson.Default.ConflictView);
    }

    private async Task ResolveManyAsync(HttpContext http)
    {
        var request = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.ResolveConflicts);
        if (request.ConflictIds.IsDefaultOrEmpty || request.ConflictIds.Length > ResolveConflicts.MaxConflicts)
            throw new MementoException(Refusal.Invalid("conflictIds", $"has {(request.ConflictIds.IsDefault ? 0 : request.ConflictIds.Length)} ids; must have 1 to {ResolveConflicts.MaxConflicts}"));
        if (request.Choice is ConflictChoice.Value) throw new MementoException(Refusal.Invalid("choice", "is value; conflicts get values of their own one by one"));
        var results = new List<Resolution>(request.ConflictIds.Length);
        foreach (var id in request.ConflictIds)
        {
            try
            {
                var resolved = await (await OwnerAsync(http, id)).ResolveAsync(id, new() { Choice = request.Choice, AgentId = request.AgentId });
                results.Add(new(id, resolved.Status, null));
            }
            catch (MementoException e)
            {
                results.Add(new(id, null, new(e.Code, e.Refusal.Message)));
            }
        }

        http.Answer(new Resolutions([.. results]), MementoJson.Default.Resolutions);
    }

    private async Task<IRollbackGrain> OwnerAsync(HttpContext http, string conflictId) =>
        calls.Rollback(WorkspaceCalls.Workspace(http), (await calls.Queries(http).GetConflictAsync(conflictId)).OperationId);
}
