using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class RollbackPointContractTests(MementoFixture memento)
{
    private readonly string _workspace = MementoFixture.NewWorkspace();

    private string Points => $"{_workspace}/rollback-points";

    [Fact]
    public async Task A_point_is_created_read_listed_changed_and_deleted()
    {
        await memento.PutAsync($"{_workspace}/documents/entity/a", "1");
        var root = (string?)(await memento.GetAsync(_workspace)).Ok()["root"];

        var created = await memento.PostAsync(Points, """{"name":"p","description":"d","sessionId":"s1","ttlSeconds":600,"metadata":{"x":1.50},"pinned":true}""");

        var point = created.Ok(201);
        var path = $"{Points}/{(string)point["rollbackPointId"]!}";
        Assert.Equal(path, created.Location);
        Assert.Equal((root, 2L, "p", "d", "s1", true), ((string?)point["root"], (long)point["seq"]!, (string?)point["name"], (string?)point["description"], (string?)point["sessionId"], (bool)point["pinned"]!));
        Assert.Equal(point.ToJsonString(), (await memento.GetAsync(path)).Ok().ToJsonString());
        var another = (string?)(await memento.PostAsync(Points, """{"name":"q"}""")).Ok(201)["rollbackPointId"];
        Assert.Equal([another, (string?)point["rollbackPointId"]], (await memento.GetAsync(Points)).Ok()["items"]!.AsArray().Select(p => (string?)p!["rollbackPointId"]));
        Assert.Equal("p", (string?)Assert.Single((await memento.GetAsync(Points + "?session=s1")).Ok()["items"]!.AsArray())!["name"]);
        Assert.False((bool)(await memento.SendAsync(HttpMethod.Patch, path, """{"pinned":false,"ttlSeconds":0}"""u8.ToArray(), "application/json")).Ok()["pinned"]!);
        Assert.Null((await memento.GetAsync(path)).Ok()["expiresAt"]);
        Assert.Equal(204, (int)(await memento.DeleteAsync(path)).Status);
        (await memento.DeleteAsync(path)).Refused(404, "ROLLBACK_NOT_FOUND");
        (await memento.GetAsync(path)).Refused(404, "ROLLBACK_NOT_FOUND");
        (await memento.GetAsync($"{_workspace}/documents/entity/a?at={(string?)point["rollbackPointId"]}")).Refused(404, "ROLLBACK_NOT_FOUND");
    }

    [Fact]
    public async Task Documents_are_read_and_listed_as_they_were()
    {
        var documents = $"{_workspace}/documents";
        await memento.PutAsync($"{documents}/entity/a", "1");
        var at = (string)(await memento.PostAsync(Points, """{"name":"p"}""")).Ok(201)["rollbackPointId"]!;
        await memento.PutAsync($"{documents}/entity/b", "1");
        await memento.DeleteAsync($"{documents}/entity/a");

        var then = await memento.GetAsync($"{documents}/entity/a?at={at}");
        Assert.Equal(("1", "\"1\""), (then.Body, then.Etag));
        Assert.Equal(200, (int)(await memento.SendAsync(HttpMethod.Head, $"{documents}/entity/a?at={at}", null)).Status);
        (await memento.GetAsync($"{documents}/entity/b?at={at}")).Refused(404, "DOCUMENT_NOT_FOUND");
        Assert.Equal("a", (string?)Assert.Single((await memento.GetAsync($"{documents}?at={at}")).Ok()["items"]!.AsArray())!["id"]);
        Assert.Equal("b", (string?)Assert.Single((await memento.GetAsync(documents)).Ok()["items"]!.AsArray())!["id"]);
    }

    [Fact]
    public async Task An_expired_point_is_gone()
    {
        var path = $"{Points}/{(string)(await memento.PostAsync(Points, """{"name":"p","ttlSeconds":20}""")).Ok(201)["rollbackPointId"]!}";
        (await memento.GetAsync(path)).Ok();

        memento.Clock.PutForward(TimeSpan.FromSeconds(21));

        (await memento.GetAsync(path)).Refused(410, "ROLLBACK_EXPIRED");
        (await memento.GetAsync($"{_workspace}/documents?at={path[(path.LastIndexOf('/') + 1)..]}")).Refused(410, "ROLLBACK_EXPIRED");
        (await memento.SendAsync(HttpMethod.Patch, path, """{"pinned":true}"""u8.ToArray(), "application/json")).Refused(410, "ROLLBACK_EXPIRED");
        Assert.Empty((await memento.GetAsync(Points)).Ok()["items"]!.AsArray());
    }

    [Fact]
    public async Task The_same_idempotency_key_makes_one_point()
    {
        var first = await memento.PostAsync(Points, """{"name":"p"}""", ("Idempotency-Key", "k"));
        Assert.Equal(first.Ok(201).ToJsonString(), (await memento.PostAsync(Points, """{"name":"p"}""", ("Idempotency-Key", "k"))).Ok(201).ToJsonString());
        (await memento.PostAsync(Points, """{"name":"q"}""", ("Idempotency-Key", "k"))).Refused(409, "IDEMPOTENCY_KEY_REUSED");
    }

    [Fact]
    public async Task A_session_comes_back_from_a_point_as_a_new_one()
    {
        var session = $"{_workspace}/sessions/s1";
        (await memento.PostAsync($"{_workspace}/sessions", """{"agentId":"ada","sessionId":"s1","initialEntityIds":["a"]}""")).Ok(201);
        var point = (await memento.PostAsync(Points, """{"name":"p"}""")).Ok(201);
        Assert.Equal("""[{"sessionId":"s1","seq":1}]""", point["sessions"]!.ToJsonString());
        Assert.Equal(204, (int)(await memento.DeleteAsync(session)).Status);
        var path = $"{Points}/{(string)point["rollbackPointId"]!}/sessions";

        var restored = await memento.PostAsync(path, """{"sessionId":"s1","agentId":"bob","newSessionId":"s2"}""", ("Idempotency-Key", "k"));

        Assert.Equal(("s2", "s1", 1L), ((string)restored.Ok(201)["sessionId"]!, (string)restored.Ok(201)["parent"]!["sessionId"]!, (long)restored.Ok(201)["parent"]!["seq"]!));
        Assert.Equal($"{_workspace}/sessions/s2", restored.Location);
        Assert.Equal(restored.Body, (await memento.PostAsync(path, """{"sessionId":"s1","agentId":"bob","newSessionId":"s2"}""", ("Idempotency-Key", "k"))).Body);
        Assert.Equal("a", (string)(await memento.GetAsync($"{_workspace}/sessions/s2/events?to=1")).Ok()["items"]![0]!["changeInfo"]!["entityIds"]![0]!);
        (await memento.GetAsync(session)).Refused(404, "SESSION_NOT_FOUND");
        (await memento.PostAsync(path, """{"sessionId":"never","agentId":"bob"}""")).Refused(404, "SESSION_NOT_FOUND");
        (await memento.PostAsync(path, """{"sessionId":"s1","agentId":"bob","newSessionId":"s1"}""")).Refused(409, "SESSION_EXISTS");
        (await memento.PostAsync(path, """{"sessionId":"s1","agentId":""}""")).Refused(422, "VALIDATION_FAILED", "agentId");
        (await memento.PostAsync(path, """{"agentId":"bob"}""")).Refused(422, "VALIDATION_FAILED", "sessionId");
        (await memento.PostAsync($"{Points}/never/sessions", """{"sessionId":"s1","agentId":"bob"}""")).Refused(404, "ROLLBACK_NOT_FOUND");
    }

    [Theory]
    [InlineData("{}", "name")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":"p","ttlSeconds":-1}""", "ttlSeconds")]
    [InlineData("""{"name":"p","ttlSeconds":99999999999}""", "ttlSeconds")]
    [InlineData("""{"name":"p","ttlSeconds":"60"}""", "ttlSeconds")]
    [InlineData("""{"name":"p","sessionId":"a\u0000b"}""", "sessionId")]
    [InlineData("""{"name":"p","metadata":[]}""", "metadata")]
    [InlineData("""{"name":"p","pinned":"yes"}""", "pinned")]
    [InlineData("""{"name":"\ud800"}""", "name")]
    public async Task A_point_that_breaks_a_rule_is_refused_by_field(string body, string field) => (await memento.PostAsync(Points, body)).Refused(422, "VALIDATION_FAILED", field);

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        (await memento.PostAsync(Points, "{")).Refused(400, "MALFORMED_REQUEST", "body");
        (await memento.PostBytesAsync(Points, "{}"u8.ToArray(), "text/plain")).Refused(415, "UNSUPPORTED_MEDIA_TYPE");
        (await memento.GetAsync(Points + "?cursor=x")).Refused(422, "VALIDATION_FAILED", "cursor");
        (await memento.GetAsync(Points + "?session=a%01b")).Refused(422, "VALIDATION_FAILED", "session");
        (await memento.GetAsync(Points + "/never")).Refused(404, "ROLLBACK_NOT_FOUND");
        (await memento.SendAsync(HttpMethod.Put, Points, null)).Refused(405, "METHOD_NOT_ALLOWED");
    }
}
