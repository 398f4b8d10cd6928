using Memento.Http;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Memento.Sessions;

/// <summary>Lifecycle of sessions, and questions about them.</summary>
internal sealed class SessionEndpoints(SessionCalls calls)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi("POST", "/sessions", CreateAsync, "createSession", "Starts a session")
            .Takes<CreateSession>().Example("""{"agentId":"agent-1","sessionId":"fix-the-parser","ttlSeconds":7200,"metadata":{"branch":"main"},"initialEntityIds":["src/main.c"]}""").Parameters(ApiDescription.Idempotency).Answers<SessionView>(Status201Created).Refuses(Status400BadRequest, Status409Conflict, Status422UnprocessableEntity);
        routes.MapApi("GET", "/sessions", ListAsync, "listSessions", "Lists sessions, newest first")
            .Parameters(
                new("agent", "Sessions that this agent is or was in."),
                new("entity", "Sessions with an event that names this entity."),
                new("state", "State of the work.", Values: NamedEnumConverter<WorkState>.KnownNames),
                new("outcome", "Outcome of the newest checkpoint.", Values: NamedEnumConverter<Outcome>.KnownNames),
                new("active", "true leaves out those that have expired.", ParameterKind.Flag),
                new("since", "Something happened at or after this time.", ParameterKind.Time),
                new("until", "Something happened at or before this time.", ParameterKind.Time))
            .Parameters(ApiDescription.Paged).Answers<Page<SessionView>>().Refuses(Status400BadRequest, Status422UnprocessableEntity);
        routes.MapApi("GET", "/sessions/stats", StatsAsync, "getSessionStats", "Figures of the workspace").Answers<SessionStats>();
        routes.MapApi("POST", "/sessions/aggregates", AggregateAsync, "aggregateSessions", "The sessions that touched some entities, taken together")
            .Takes<EntityNames>().Example("""{"entityIds":["src/main.c"]}""").Answers<SessionAggregates>().Refuses(Status400BadRequest, Status422UnprocessableEntity);
        routes.MapApi("GET", "/sessions/{id}", GetAsync, "getSession", "Reads a session")
            .Parameters(new ParameterDescription("events", $"Adds the newest N events, at most {Paging.MaxLimit}.", ParameterKind.Number)).Answers<SessionView>().Refuses(Status404NotFound, Status410Gone);
        routes.MapApi("DELETE", "/sessions/{id}", DeleteAsync, "deleteSession", "Ends a session for good").AnswersNothing().Refuses(Status404NotFound);
        routes.MapApi("POST", "/sessions/{id}/join", JoinAsync, "joinSession", "Adds an agent and tells it what it should know")
            .Takes<AgentName>().Example("""{"agentId":"agent-2"}""").Parameters(ApiDescription.Idempotency).Answers<HandoffContext>().Refuses(Status400BadRequest, Status404NotFound, Status410Gone, Status422UnprocessableEntity);
        routes.MapApi("POST", "/sessions/{id}/leave", LeaveAsync, "leaveSession", "Takes an agent out")
            .Takes<AgentName>().Example("""{"agentId":"agent-2"}""").Parameters(ApiDescription.Idempotency).Answers<SessionView>().Refuses(Status400BadRequest, Status404NotFound, Status410Gone, Status422UnprocessableEntity);
        routes.MapApi("POST", "/sessions/{id}/handoff", HandOverAsync, "handSessionOver", "One agent goes, another comes")
            .Takes<HandOver>().Example("""{"fromAgent":"agent-1","toAgent":"agent-2","reason":"needs a reviewer","context":{"next":"run the tests"},"priority":5}""").Parameters(ApiDescription.Idempotency).Answers<SessionView>()
            .Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status410Gone, Status422UnprocessableEntity);
        routes.MapApi("POST", "/sessions/{id}/fork", ForkAsync, "forkSession", "Starts a new session with this one's log up to a seq")
            .Takes<ForkSession>().Example("""{"atSeq":3,"agentId":"agent-2"}""").Parameters(ApiDescription.Idempotency).Answers<SessionView>(Status201Created)
            .Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status410Gone, Status422UnprocessableEntity);
        routes.MapApi("GET", "/sessions/{id}/state", GetAtAsync, "getSessionAt", "The session as it was after an event")
            .Parameters(new ParameterDescription("at", "Seq of the event.", ParameterKind.Number, Required: true)).Answers<SessionView>().Refuses(Status400BadRequest, Status404NotFound, Status410Gone);
        routes.MapApi("GET", "/sessions/{id}/handoff-context", HandoffContextAsync, "getHandoffContext", "What an agent should know before it joins")
            .Parameters(new ParameterDescription("agent", "The agent.", Required: true)).Answers<HandoffContext>().Refuses(Status400BadRequest, Status404NotFound, Status410Gone);
        routes.MapApi("GET", "/sessions/{id}/isolation/{agentId}", IsolateAsync, "isolateAgent", "One agent's share of the work").Answers<Isolation>().Refuses(Status404NotFound, Status410Gone);
        routes.MapApi("GET", "/entities/{entityId}/anchors", AnchorsAsync, "getAnchors", "The newest five checkpoints that cover an entity, among the newest 20 of each of the 20 newest sessions that touched it").Answers<Page<Anchor>>();
    }

    private async Task CreateAsync(HttpContext http)
    {
        var workspace = SessionCalls.Workspace(http);
        var key = IdempotencyKey.Of(http);
        var request = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.CreateSession);
        if (request.SessionId is { } asked) Names.Check("sessionId", asked);

        // A repetition under the same key goes to another new id and is answered with the session that the first one made.
        var created = await calls.Session(workspace, request.SessionId ?? calls.NewId()).CreateAsync(request, key);
        http.Created(created, MementoJson.Default.SessionView, SessionCalls.Address(workspace, created.SessionId));
    }

    private async Task ListAsync(HttpContext http) => http.Answer(await calls.Queries(http).ListAsync(new SessionQuery
    {
        Agent = http.QueryName("agent"),
        Entity = http.QueryName("entity"),
        State = http.QueryEnum<WorkState>("state"),
        Outcome = http.QueryEnum<Outcome>("outcome"),
        ActiveOnly = http.QueryFlag("active"),
        Since = http.QueryTime("since"),
        Until = http.QueryTime("until"),
        Limit = http.QueryLimit(),
        Cursor = http.Query("cursor"),
    }), MementoJson.Default.PageSessionView);

    private async Task StatsAsync(HttpContext http) => http.Answer(await calls.Queries(http).GetStatsAsync(), MementoJson.Default.SessionStats);

    private async Task AggregateAsync(HttpContext http)
    {
        var queries = calls.Queries(http);
        var body = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.EntityNames);
        http.Answer(await queries.AggregateAsync(body.EntityIds), MementoJson.Default.SessionAggregates);
    }

    private async Task GetAsync(HttpContext http)
    {
        var newest = Math.Clamp(http.QueryNumber("events") ?? 0, int.MinValue, int.MaxValue);
        http.Answer(await calls.Session(http).GetAsync((int)newest), MementoJson.Default.SessionView);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        await calls.Session(http).DeleteAsync();
        http.Response.StatusCode = Status204NoContent;
    }

    private async Task JoinAsync(HttpContext http)
    {
        var session = calls.Session(http);
        var body = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.AgentName);
        http.Answer(await session.JoinAsync(body.AgentId, IdempotencyKey.Of(http)), MementoJson.Default.HandoffContext);
    }

    private async Task LeaveAsync(HttpContext http)
    {
        var session = calls.Session(http);
        var body = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.AgentName);
        http.Answer(await session.LeaveAsync(body.AgentId, IdempotencyKey.Of(http)), MementoJson.Default.SessionView);
    }

    private async Task HandOverAsync(HttpContext http)
    {
        var session = calls.Session(http);
        var key = IdempotencyKey.Of(http);
        var request = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.HandOver);
        http.Answer(await session.HandOverAsync(request, key), MementoJson.Default.SessionView);
    }

    private async Task ForkAsync(HttpContext http)
    {
        var session = calls.Session(http);
        var key = IdempotencyKey.Of(http);
        var request = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, MementoJson.Default.ForkSession);
        var fork = await session.ForkAsync(request, key);
        http.Created(fork, MementoJson.Default.SessionView, SessionCalls.Address(SessionCalls.Workspace(http), fork.SessionId));
    }

    private async Task GetAtAsync(HttpContext http)
    {
        var session = calls.Session(http);
        var at = http.QueryNumber("at") ?? throw ProblemException.Malformed("at", "is missing");
        http.Answer(await session.GetAtAsync(at), MementoJson.Default.SessionView);
    }

    private async Task HandoffContextAsync(HttpContext http) =>
        http.Answer(await calls.Session(http).GetHandoffContextAsync(http.RequiredQueryName("agent")), MementoJson.Default.HandoffContext);

    private async Task IsolateAsync(HttpContext http) =>
        http.Answer(await calls.Session(http).IsolateAsync(http.Name("agentId", SessionCalls.PartSegment)), MementoJson.Default.Isolation);

    private async Task AnchorsAsync(HttpContext http)
    {
        var anchors = await calls.Queries(http).GetAnchorsAsync(http.Name("entityId", SessionCalls.IdSegment));
        http.Answer(new Page<Anchor> { Items = anchors }, MementoJson.Default.PageAnchor);
    }
}
