using Memento.Http;
using Memento.Sessions;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Memento.Workspaces;

/// <summary>Rollback points: the names of moments.</summary>
internal sealed class PointEndpoints(WorkspaceCalls calls)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi("POST", "/rollback-points", CreateAsync, "createRollbackPoint", "Names this moment of the workspace")
            .Takes<CreateRollbackPoint>().Example("""{"name":"before the refactoring","sessionId":"fix-the-parser","ttlSeconds":604800}""").Parameters(ApiDescription.Idempotency)
            .Answers<RollbackPoint>(Status201Created).Refuses(Status400BadRequest, Status409Conflict, Status422UnprocessableEntity);
        routes.MapApi("GET", "/rollback-points", ListAsync, "listRollbackPoints", "Lists rollback points, newest first")
            .Parameters(new ParameterDescription("session", "Only points of this session.")).Parameters(ApiDescription.Paged).Answers<Page<RollbackPoint>>().Refuses(Status400BadRequest, Status422UnprocessableEntity);
        routes.MapApi("GET", "/rollback-points/{id}", GetAsync, "getRollbackPoint", "Reads a rollback point").Answers<RollbackPoint>().Refuses(Status404NotFound, Status410Gone);
        routes.MapApi("PATCH", "/rollback-points/{id}", ChangeAsync, "changeRollbackPoint", "Pins or unpins a rollback point, or lets it live longer or shorter")
            .Takes<ChangeRollbackPoint>().Example("""{"pinned":true}""").Answers<RollbackPoint>().Refuses(Status400BadRequest, Status404NotFound, Status410Gone, Status422UnprocessableEntity);
        routes.MapApi("DELETE", "/rollback-points/{id}", DeleteAsync, "deleteRollbackPoint", "Removes a rollback point; the documents stay as they are").Parameters(new ParameterDescription("agent", "Who removes it.")).AnswersNothing().Refuses(Status404NotFound, Status410Gone, Status422UnprocessableEntity);
        routes.MapApi("POST", "/rollback-points/{id}/sessions", RestoreSessionAsync, "restoreSession", "Starts a session that goes on from where another one stood at a rollback point")
            .Takes<RestoreSession>().Example("""{"sessionId":"fix-the-parser","agentId":"agent-2"}""").Parameters(ApiDescription.Idempotency)
            .Answers<SessionView>(Status201Created).Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status410Gone, Status422UnprocessableEntity);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var (writer, key) = (calls.Writer(http), IdempotencyKey.Of(http));
        var request = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.CreateRollbackPoint);
        var point = await writer.CreatePointAsync(request, key);
        http.Created(point, MementoJson.Default.RollbackPoint, WorkspaceCalls.Address(WorkspaceCalls.Workspace(http), point.RollbackPointId));
    }

    private async Task ListAsync(HttpContext http) =>
        http.Answer(await calls.Queries(http).ListPointsAsync(http.QueryName("session"), http.QueryLimit(), http.Query("cursor")), MementoJson.Default.PageRollbackPoint);

    private async Task GetAsync(HttpContext http) => http.Answer(await calls.Queries(http).GetPointAsync(WorkspaceCalls.PointId(http)), MementoJson.Default.RollbackPoint);

    private async Task ChangeAsync(HttpContext http)
    {
        var (writer, id) = (calls.Writer(http), WorkspaceCalls.PointId(http));
        var request = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.ChangeRollbackPoint);
        http.Answer(await writer.ChangePointAsync(id, request), MementoJson.Default.RollbackPoint);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        await calls.Writer(http).DeletePointAsync(WorkspaceCalls.PointId(http), http.QueryName("agent"));
        http.Response.StatusCode = Status204NoContent;
    }

    private async Task RestoreSessionAsync(HttpContext http)
    {
        var (writer, id, key) = (calls.Writer(http), WorkspaceCalls.PointId(http), IdempotencyKey.Of(http));
        var request = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.RestoreSession);
        var session = await writer.RestoreSessionAsync(id, request, key);
        http.Created(session, MementoJson.Default.SessionView, SessionCalls.Address(WorkspaceCalls.Workspace(http), session.SessionId));
    }
}
