using System.Text;
using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class BadInputTests(MementoFixture memento)
{
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"agentId":"ann"} x""")]
    [InlineData("""{"agentId":"ann",}""")]
    [InlineData("agentId=ann")]
    public async Task What_is_not_json_is_malformed(string body) =>
        (await memento.PostAsync(MementoFixture.NewSessions(), body)).Refused(400, "MALFORMED_REQUEST", "body");

    [Fact]
    public async Task Json_that_nests_too_deep_is_malformed() =>
        (await memento.PostAsync(MementoFixture.NewSessions(), $$$"""{"agentId":"ann","metadata":{"x":{{{new string('[', 100)}}}{{{new string(']', 100)}}}}}""")).Refused(400, "MALFORMED_REQUEST", "body");

    [Fact]
    public async Task Json_that_nests_as_deep_as_allowed_can_be_stored_forked_and_read_again()
    {
        var session = await memento.SessionAsync($$$""","metadata":{"x":{{{new string('[', 31)}}}{{{new string(']', 31)}}}}""");

        var fork = await memento.PostAsync($"{session}/fork", """{"atSeq":0,"agentId":"bob","sessionId":"f"}""");

        Assert.Equal((await memento.GetAsync(session)).Ok()["metadata"]!.ToJsonString(), fork.Ok(201)["metadata"]!.ToJsonString());
        (await memento.PostAsync($"{session}/checkpoints", """{"includeFailureSnapshot":true}""")).Ok(201);
    }

    [Fact]
    public async Task Invalid_utf8_is_malformed()
    {
        byte[] body = [.. """{"agentId":"ann","metadata":{"x":" """u8, 0xFF, .. "\"}}"u8];

        (await memento.PostBytesAsync(MementoFixture.NewSessions(), body, "application/json")).Refused(400, "MALFORMED_REQUEST", "body");
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_refused() =>
        (await memento.PostAsync(MementoFixture.NewSessions(), """{"agentId":"ann","metadata":{"x":"\ud800"}}""")).Refused(422, "VALIDATION_FAILED", "metadata");

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Another_content_type_is_not_supported(string type) =>
        (await memento.PostBytesAsync(MementoFixture.NewSessions(), "{}"u8.ToArray(), type)).Refused(415, "UNSUPPORTED_MEDIA_TYPE");

    [Theory]
    [InlineData("null", "body")]
    [InlineData("[]", "body")]
    [InlineData("{}", "agentId")]
    [InlineData("""{"agentId":null}""", "agentId")]
    [InlineData("""{"agentId":5}""", "agentId")]
    [InlineData("""{"agentId":""}""", "agentId")]
    [InlineData("""{"agentId":"a\u0001b"}""", "agentId")]
    [InlineData("""{"agentId":"ann","sessionId":".."}""", "sessionId")]
    [InlineData("""{"agentId":"ann","sessionId":""}""", "sessionId")]
    [InlineData("""{"agentId":"ann","ttlSeconds":-1}""", "ttlSeconds")]
    [InlineData("""{"agentId":"ann","ttlSeconds":1.5}""", "ttlSeconds")]
    [InlineData("""{"agentId":"ann","ttlSeconds":"60"}""", "ttlSeconds")]
    [InlineData("""{"agentId":"ann","ttlSeconds":99999999999}""", "ttlSeconds")]
    [InlineData("""{"agentId":"ann","metadata":"text"}""", "metadata")]
    [InlineData("""{"agentId":"ann","initialEntityIds":"x"}""", "initialEntityIds")]
    [InlineData("""{"agentId":"ann","initialEntityIds":["x",5]}""", "initialEntityIds[1]")]
    [InlineData("""{"agentId":"ann","initialEntityIds":[null]}""", "initialEntityIds[0]")]
    public async Task A_session_that_breaks_a_rule_is_refused_by_field(string body, string field) =>
        (await memento.PostAsync(MementoFixture.NewSessions(), body)).Refused(422, "VALIDATION_FAILED", field);

    [Theory]
    [InlineData("""{"type":"sneezed","actor":"ann","changeInfo":{"elementType":"function","entityIds":[],"operation":"modified"}}""", "type")]
    [InlineData("""{"type":"modified","actor":"ann"}""", "changeInfo")]
    [InlineData("""{"type":"modified","actor":"ann","changeInfo":{"elementType":"function","entityIds":null,"operation":"modified"}}""", "changeInfo.entityIds")]
    [InlineData("""{"type":"modified","actor":"ann","changeInfo":{"elementType":"function","operation":"modified"}}""", "changeInfo.entityIds")]
    [InlineData("""{"type":"modified","actor":"ann","changeInfo":{"elementType":"Function","entityIds":[],"operation":"modified"}}""", "changeInfo.elementType")]
    [InlineData("""[]""", "events")]
    [InlineData("""[null]""", "events[0]")]
    [InlineData("""[{"type":"modified"},{}]""", "events[1].type")]
    public async Task An_event_that_does_not_fit_is_refused_by_field(string body, string field)
    {
        var session = await memento.SessionAsync();

        (await memento.PostAsync($"{session}/events", body)).Refused(422, "VALIDATION_FAILED", field);
        Assert.Equal(0, (long)(await memento.GetAsync(session)).Ok()["lastSeq"]!);
    }

    [Theory]
    [InlineData(""","occurredAt":"yesterday" """, "occurredAt")]
    [InlineData(""","occurredAt":"1890-01-01T00:00:00Z" """, "occurredAt")]
    [InlineData(""","occurredAt":"9999-12-31T23:59:59Z" """, "occurredAt")]
    [InlineData(""","stateTransition":{"from":"working","to":"broken","verifiedBy":"test","confidence":1.5}""", "stateTransition.confidence")]
    [InlineData(""","stateTransition":{"from":"working","to":"bad","verifiedBy":"test","confidence":1}""", "stateTransition.to")]
    [InlineData(""","impact":{"severity":"huge"}""", "impact.severity")]
    [InlineData(""","impact":{"severity":"low","perfDelta":"NaN"}""", "impact.perfDelta")]
    public async Task A_rule_that_an_event_breaks_is_named(string more, string field)
    {
        var session = await memento.SessionAsync();

        (await memento.PostAsync($"{session}/events", Bodies.Event(more: more))).Refused(422, "VALIDATION_FAILED", field);
    }

    [Fact]
    public async Task An_array_is_all_or_nothing()
    {
        var session = await memento.SessionAsync();

        (await memento.PostAsync($"{session}/events", $"[{Bodies.Event()},{Bodies.Event(actor: "")}]")).Refused(422, "VALIDATION_FAILED", "events[1].actor");
        Assert.Equal(0, (long)(await memento.GetAsync(session)).Ok()["lastSeq"]!);
    }

    [Fact]
    public async Task Too_many_events_and_too_large_a_body_are_refused()
    {
        var session = await memento.SessionAsync();

        (await memento.PostAsync($"{session}/events", Bodies.Many(1_001))).Refused(422, "VALIDATION_FAILED", "events");
        (await memento.PostAsync($"{session}/events", Bodies.Many(100_000))).Refused(413, "TOO_LARGE", "body");
        (await memento.PostAsync($"{session}/events", Bodies.Event(more: $$""","metadata":{"x":"{{new string('y', 100_000)}}"}"""))).Refused(422, "VALIDATION_FAILED", "metadata");
    }

    [Fact]
    public async Task A_body_too_large_is_refused_also_when_its_length_is_not_declared()
    {
        using var body = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(new string(' ', 1_500_000))));
        body.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, MementoFixture.NewSessions()) { Content = body };
        request.Headers.TransferEncodingChunked = true;

        using var response = await memento.Http.SendAsync(request, TestContext.Current.CancellationToken);

        new Answer(response, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Refused(413, "TOO_LARGE");
    }

    [Theory]
    [InlineData("?limit=x", 400, "limit")]
    [InlineData("?limit=0", 422, "limit")]
    [InlineData("?limit=501", 422, "limit")]
    [InlineData("?limit=99999999999999", 422, "limit")]
    [InlineData("?limit=1&limit=2", 400, "limit")]
    [InlineData("?state=sleepy", 422, "state")]
    [InlineData("?outcome=sleepy", 422, "outcome")]
    [InlineData("?active=perhaps", 400, "active")]
    [InlineData("?since=monday", 400, "since")]
    [InlineData("?cursor=junk", 422, "cursor")]
    [InlineData("?agent=a%01b", 422, "agent")]
    public async Task A_query_that_makes_no_sense_names_its_parameter(string query, int status, string parameter) =>
        (await memento.GetAsync(MementoFixture.NewSessions() + query)).Refused(status, status == 400 ? "MALFORMED_REQUEST" : "VALIDATION_FAILED", parameter);

    [Theory]
    [InlineData("stats")]
    [InlineData("aggregates")]
    public async Task An_id_that_is_a_route_is_refused(string id) =>
        (await memento.PostAsync(MementoFixture.NewSessions(), $$"""{"agentId":"ann","sessionId":"{{id}}"}""")).Refused(422, "VALIDATION_FAILED", "sessionId");

    [Fact]
    public async Task There_is_no_state_before_the_first() =>
        (await memento.GetAsync(await memento.SessionAsync() + "/state?at=-1")).Refused(422, "VALIDATION_FAILED", "at");

    [Theory]
    [InlineData("/events?from=x", "from")]
    [InlineData("/events/stream?from=x", "from")]
    [InlineData("/state", "at")]
    [InlineData("/state?at=x", "at")]
    [InlineData("/handoff-context", "agent")]
    public async Task A_parameter_that_cannot_be_read_is_malformed(string path, string parameter) =>
        (await memento.GetAsync(await memento.SessionAsync() + path)).Refused(400, "MALFORMED_REQUEST", parameter);

    [Theory]
    [InlineData("")]
    [InlineData("a\u0007b")]
    public async Task An_idempotency_key_must_be_printable(string key) =>
        Assert.Equal(400, (int)(await memento.PostAsync(MementoFixture.NewSessions(), """{"agentId":"ann"}""", ("Idempotency-Key", key))).Status);

    [Fact]
    public async Task A_long_idempotency_key_is_refused() =>
        (await memento.PostAsync(MementoFixture.NewSessions(), """{"agentId":"ann"}""", ("Idempotency-Key", new string('k', 257)))).Refused(400, "MALFORMED_REQUEST", "Idempotency-Key");

    [Fact]
    public async Task Unknown_sessions_and_routes_and_wrong_methods_are_told_apart()
    {
        (await memento.GetAsync($"{MementoFixture.NewSessions()}/none")).Refused(404, "SESSION_NOT_FOUND");
        (await memento.PostAsync($"{MementoFixture.NewSessions()}/none/events", Bodies.Event())).Refused(404, "SESSION_NOT_FOUND");
        (await memento.GetAsync("/nowhere")).Refused(404, "ROUTE_NOT_FOUND");
        (await memento.DeleteAsync(MementoFixture.NewSessions())).Refused(405, "METHOD_NOT_ALLOWED");
    }
}
