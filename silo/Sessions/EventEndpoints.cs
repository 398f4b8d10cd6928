using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Memento.Http;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Memento.Sessions;

/// <summary>The log of a session and what is made of it: events, checkpoints, transitions.</summary>
internal sealed class EventEndpoints(SessionCalls calls)
{
    private static readonly BodyParser<ImmutableArray<NewEvent>> ParseEvents = Parse;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi("POST", "/sessions/{id}/events", AppendAsync, "appendEvents", "Records one event, or an array of them: all or none, in this order")
            .Takes<NewEvent>().Example("""
                {"type":"modified","actor":"agent-1","changeInfo":{"elementType":"function","entityIds":["src/main.c"],"operation":"modified","affectedLines":12},
                 "stateTransition":{"from":"working","to":"broken","verifiedBy":"test","confidence":0.9},"impact":{"severity":"high","testsFailed":["parses_numbers"],"perfDelta":-2.5}}
                """)
            .Parameters(ApiDescription.Idempotency).Answers<SeqRange>(Status201Created)
            .Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status410Gone, Status413PayloadTooLarge, Status422UnprocessableEntity, Status429TooManyRequests, Status503ServiceUnavailable);
        routes.MapApi("GET", "/sessions/{id}/events", ListAsync, "listEvents", "Reads the log")
            .Parameters(
                new("from", "First seq, included.", ParameterKind.Number),
                new("to", "Last seq, included.", ParameterKind.Number),
                new("type", "Only events of this type.", Values: NamedEnumConverter<EventType>.KnownNames),
                new("actor", "Only events of this agent."),
                new("order", "Oldest or newest first; asc if not said.", Values: NamedEnumConverter<EventOrder>.KnownNames))
            .Parameters(ApiDescription.Paged).Answers<Page<SessionEvent>>().Refuses(Status400BadRequest, Status404NotFound, Status422UnprocessableEntity);
        routes.MapApi("POST", "/sessions/{id}/checkpoints", CheckpointAsync, "createCheckpoint", "Makes a checkpoint")
            .Takes<MakeCheckpoint>(optional: true).Example("""{"graceTtlSeconds":600,"includeFailureSnapshot":true}""").Parameters(ApiDescription.Idempotency).Answers<SessionCheckpoint>(Status201Created)
            .Refuses(Status400BadRequest, Status404NotFound, Status409Conflict, Status410Gone, Status422UnprocessableEntity);
        routes.MapApi("GET", "/sessions/{id}/checkpoints", CheckpointsAsync, "listCheckpoints", "Lists checkpoints, newest first")
            .Parameters(ApiDescription.Paged).Answers<Page<SessionCheckpoint>>().Refuses(Status404NotFound, Status422UnprocessableEntity);
        routes.MapApi("GET", "/sessions/{id}/checkpoints/{checkpointId}/failure-snapshot", FailureSnapshotAsync, "getFailureSnapshot", "The evidence of a failure, put aside at a checkpoint")
            .Answers<FailureSnapshot>().Refuses(Status404NotFound, Status410Gone);
        routes.MapApi("GET", "/sessions/{id}/transitions", TransitionsAsync, "listTransitions", "Significant changes, oldest first")
            .Parameters(new ParameterDescription("entity", "Only changes of this entity.")).Parameters(ApiDescription.Paged)
            .Answers<Page<Transition>>().Refuses(Status404NotFound, Status422UnprocessableEntity);
    }

    private async Task AppendAsync(HttpContext http)
    {
        var session = calls.Session(http);
        var key = IdempotencyKey.Of(http);
        var events = await RequestBody.ReadAsync(http, calls.MaxBodyBytes, ParseEvents);
        http.Created(await session.AppendAsync(events, key), MementoJson.Default.SeqRange);
    }

    private static ImmutableArray<NewEvent> Parse(ReadOnlySpan<byte> body)
    {
        if (!body.TrimStart(" \t\r\n"u8).StartsWith("["u8)) return [RequestBody.Parse(body, MementoJson.Default.NewEvent)];

        var events = RequestBody.Parse(body, MementoJson.Default.NewEventArray, "events");
        for (var i = 0; i < events.Length; i++)
            if (events[i] is null) throw new MementoException(Refusal.Invalid($"events[{i}]", "is null; must be an object"));
        return ImmutableCollectionsMarshal.AsImmutableArray(events);
    }

    private async Task ListAsync(HttpContext http) => http.Answer(await calls.Session(http).GetEventsAsync(new EventQuery
    {
        From = http.QueryNumber("from"),
        To = http.QueryNumber("to"),
        Type = http.QueryEnum<EventType>("type"),
        Actor = http.QueryName("actor"),
        Order = http.QueryEnum<EventOrder>("order") ?? EventOrder.Asc,
        Limit = http.QueryLimit(),
        Cursor = http.Query("cursor"),
    }), MementoJson.Default.PageSessionEvent);

    private async Task CheckpointAsync(HttpContext http)
    {
        var session = calls.Session(http);
        var key = IdempotencyKey.Of(http);
        var request = await RequestBody.ReadOrDefaultAsync(http, calls.MaxBodyBytes, MementoJson.Default.MakeCheckpoint, new MakeCheckpoint());
        http.Created(await session.CheckpointAsync(request, key), MementoJson.Default.SessionCheckpoint);
    }

    private async Task CheckpointsAsync(HttpContext http) =>
        http.Answer(await calls.Session(http).GetCheckpointsAsync(http.QueryLimit(), http.Query("cursor")), MementoJson.Default.PageSessionCheckpoint);

    private async Task FailureSnapshotAsync(HttpContext http) =>
        http.Answer(await calls.Session(http).GetFailureSnapshotAsync(http.Name("checkpointId", SessionCalls.PartSegment)), MementoJson.Default.FailureSnapshot);

    private async Task TransitionsAsync(HttpContext http) =>
        http.Answer(await calls.Session(http).GetTransitionsAsync(http.QueryName("entity"), http.QueryLimit(), http.Query("cursor")), MementoJson.Default.PageTransition);
}
