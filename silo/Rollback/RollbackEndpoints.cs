using Memento.Http;
using Memento.Workspaces;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Memento.Rollback;

/// <summary>What changed since a point, and undoing it.</summary>
internal sealed class RollbackEndpoints(RollbackCalls calls)
{
    private const string Visual = "visual";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi("GET", "/rollback-points/{id}/diff", DiffAsync, "diffRollbackPoint", "What changed between a rollback point and another, or now")
            .Parameters(
                new("to", "Id of another point, or current; current if not said."),
                new("format", "visual adds the changed documents line by line, and in words.", Values: ["changes", Visual]),
                new("granularity", "How finely lines are compared; chosen by what they look like if not said.", Values: NamedEnumConverter<DiffGranularity>.KnownNames),
                new("ignore", "Differences to leave out and count: a member's name, a glob over paths, or a JSON pointer. Can be given several times."),
                new("depth", "How many steps down into documents to look, 1-128; what lies deeper is one change, marked as truncated.", ParameterKind.Number))
            .Answers<PointDiff>().Refuses(Status400BadRequest, Status404NotFound, Status410Gone, Status413PayloadTooLarge, Status422UnprocessableEntity);
        routes.MapApi("POST", "/rollback-points/{id}/preview", PreviewAsync, "previewRollback", "What a rollback would do, and a token to do exactly that")
            .Takes<StartRollback>(optional: true).Example("""{"selection":{"agents":["agent-2"]},"conflictStrategy":"merge"}""")
            .Answers<RollbackPreview>().Refuses(Status400BadRequest, Status404NotFound, Status410Gone, Status422UnprocessableEntity);
        routes.MapApi("GET", "/rollback-points/{id}/check", CheckAsync, "checkRollbackPoint", "Reads every document of a point back and says whether all is as it was stored")
            .Answers<PointCheck>().Refuses(Status404NotFound, Status410Gone);
        routes.MapApi("POST", "/rollback-points/{id}/rollbacks", StartAsync, "startRollback", "Rolls back; goes on in the background")
            .Takes<StartRollback>(optional: true).Example("""{"type":"selective","strategy":"safe","conflictStrategy":"ask_user","selection":{"agents":["agent-2"]}}""").Parameters(ApiDescription.Idempotency)
            .Answers<RollbackView>(Status202Accepted).Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status410Gone, Status422UnprocessableEntity);
        routes.MapApi("GET", "/rollbacks", ListAsync, "listRollbacks", "Lists rollbacks, newest first, without their logs")
            .Parameters(new ParameterDescription("status", "Only these.", Values: NamedEnumConverter<RollbackStatus>.KnownNames)).Parameters(ApiDescription.Paged).Answers<Page<RollbackView>>().Refuses(Status400BadRequest, Status422UnprocessableEntity);
        routes.MapApi("GET", "/rollbacks/{id}", GetAsync, "getRollback", "Reads a rollback").Answers<RollbackView>().Refuses(Status404NotFound);
        routes.MapApi("POST", "/rollbacks/{id}/cancel", CancelAsync, "cancelRollback", "Stops a rollback and undoes what it did so far")
            .Takes<CancelRollback>(optional: true).Example("""{"agentId":"agent-1"}""").Answers<RollbackView>(Status202Accepted).Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status422UnprocessableEntity);
        routes.MapApi("POST", "/rollbacks/{id}/undo", UndoAsync, "undoRollback", "Undoes a rollback and keeps everybody's work since; a rollback of its own")
            .Takes<UndoRollback>(optional: true).Example("""{"agentId":"agent-1"}""").Answers<RollbackView>(Status202Accepted).Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status410Gone, Status422UnprocessableEntity);
    }

    private async Task DiffAsync(HttpContext http)
    {
        var visual = http.Query("format") switch
        {
            null or "changes" => false,
            Visual => true,
            var other => throw new MementoException(Refusal.Invalid("format", $"is {Quoted.Text(other)}; must be changes or {Visual}")),
        };
        var request = new DiffRequest
        {
            To = http.QueryName("to") ?? DiffRequest.Current,
            Visual = visual,
            Granularity = http.QueryEnum<DiffGranularity>("granularity"),
            Ignore = http.QueryAll("ignore"),
            Depth = http.QueryNumber("depth") is { } depth ? (int)Math.Clamp(depth, int.MinValue, int.MaxValue) : null,
        };
        http.Answer(await calls.Queries(http).DiffAsync(RollbackCalls.Id(http), request), MementoJson.Default.PointDiff);
    }

    private async Task PreviewAsync(HttpContext http)
    {
        var request = await RequestBody.ReadOrDefaultAsync(http, calls.MaxBodyBytes, MementoJson.Default.StartRollback, new StartRollback());   // of what is to be previewed
        if (RollbackOperation.Problem(request) is { } problem) throw new MementoException(problem);
        http.Answer(await calls.Queries(http).PreviewAsync(RollbackCalls.Id(http), PreviewOf(request)), MementoJson.Default.RollbackPreview);
    }

    private static PreviewRollback PreviewOf(StartRollback request) =>
        new() { Selection = request.Selection, Strategy = request.Strategy, ConflictStrategy = request.ConflictStrategy, Dependencies = request.Dependencies };

    private async Task CheckAsync(HttpContext http) => http.Answer(await calls.Queries(http).CheckAsync(RollbackCalls.Id(http), http.RequestAborted), MementoJson.Default.PointCheck);

    private async Task StartAsync(HttpContext http)
    {
        var (workspace, point, key) = (WorkspaceCalls.Workspace(http), RollbackCalls.Id(http), IdempotencyKey.Of(http));
        var request = await RequestBody.ReadOrDefaultAsync(http, calls.MaxBodyBytes, MementoJson.Default.StartRollback, new StartRollback());
        try
        {
            Accepted(http, await calls.Rollback(workspace, calls.NewId()).StartAsync(point, request, key));
        }
        catch (MementoException e) when (e.Code is Codes.StalePreview)
        {
            // Whoever looked at an old state gets to see the new one at once.
            var preview = await calls.Queries(http).PreviewAsync(point, PreviewOf(request));
            http.Answer(Problem.Of(e.Refusal) with { Preview = preview });
        }
    }

    private async Task ListAsync(HttpContext http) =>
        http.Answer(await calls.Queries(http).ListAsync(http.QueryEnum<RollbackStatus>("status"), http.QueryLimit(), http.Query("cursor")), MementoJson.Default.PageRollbackView);

    private async Task GetAsync(HttpContext http) => http.Answer(await calls.Rollback(http).GetAsync(), MementoJson.Default.RollbackView);

    private async Task CancelAsync(HttpContext http)
    {
        var request = await RequestBody.ReadOrDefaultAsync(http, calls.MaxBodyBytes, MementoJson.Default.CancelRollback, new CancelRollback());
        Accepted(http, await calls.Rollback(http).CancelAsync(request.AgentId));
    }

    private async Task UndoAsync(HttpContext http)
    {
        var request = await RequestBody.ReadOrDefaultAsync(http, calls.MaxBodyBytes, MementoJson.Default.UndoRollback, new UndoRollback());
        Accepted(http, await calls.Rollback(http).UndoAsync(request.AgentId));
    }

    private static void Accepted(HttpContext http, RollbackView view)
    {
        http.Response.Headers.Location = RollbackCalls.Address(WorkspaceCalls.Workspace(http), view.OperationId);
        http.Answer(view, MementoJson.Default.RollbackView, Status202Accepted);
    }
}
