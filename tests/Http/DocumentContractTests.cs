using System.Text;
using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class DocumentContractTests(MementoFixture memento)
{
    private readonly string _workspace = MementoFixture.NewWorkspace();

    private string Entity => $"{_workspace}/documents/entity/a";

    [Fact]
    public async Task A_document_is_created_changed_read_and_deleted()
    {
        var created = await memento.PutAsync(Entity + "?agent=ann&session=s%2F1", """{ "x": 1 }""");
        Assert.Equal(("created", "\"1\""), ((string?)created.Ok(201)["documents"]![0]!["outcome"], created.Etag));
        var changed = await memento.PutAsync(Entity, """{"x":2}""");
        Assert.Equal(("updated", "\"2\"", 2L), ((string?)changed.Ok()["documents"]![0]!["outcome"], changed.Etag, (long)changed.Json["seq"]!));
        var unchanged = await memento.PutAsync(Entity, """{"x":2.0}""");
        Assert.Equal(("unchanged", "\"2\""), ((string?)unchanged.Ok()["documents"]![0]!["outcome"], unchanged.Etag));

        var read = await memento.GetAsync(Entity);
        Assert.Equal("""{"x":2}""", read.Ok().ToJsonString());
        Assert.Equal("\"2\"", read.Etag);
        foreach (var known in (string[])["\"2\"", "2", "W/\"2\"", "\"1\", W/\"2\"", "*"]) Assert.Equal(304, (int)(await memento.GetAsync(Entity, ("If-None-Match", known))).Status);
        foreach (var other in (string[])["\"1\"", "W/\"1\", \"3\"", "x"]) Assert.Equal(200, (int)(await memento.GetAsync(Entity, ("If-None-Match", other))).Status);
        (await memento.GetAsync(Entity, ("If-None-Match", "\"1\""))).Ok();

        Assert.Equal(204, (int)(await memento.DeleteAsync(Entity)).Status);
        (await memento.GetAsync(Entity)).Refused(404, "DOCUMENT_NOT_FOUND");
        (await memento.DeleteAsync(Entity)).Refused(404, "DOCUMENT_NOT_FOUND");
        (await memento.PutAsync(Entity, "null")).Ok(201);
        Assert.Equal("null", (await memento.GetAsync(Entity)).Body);
    }

    [Fact]
    public async Task Head_says_what_get_would_without_the_value()
    {
        await memento.PutAsync(Entity, """{"x":"ü"}""");

        var head = await memento.SendAsync(HttpMethod.Head, Entity, null);

        Assert.Equal((200, "\"1\"", "application/json", 10L, ""), ((int)head.Status, head.Etag, head.ContentType, head.Length, head.Body));
        Assert.Equal(404, (int)(await memento.SendAsync(HttpMethod.Head, Entity + "x", null)).Status);
    }

    [Fact]
    public async Task Conditions_are_kept()
    {
        (await memento.PutAsync(Entity, "1", ("If-Match", "*"))).Refused(409, "VERSION_CONFLICT");
        (await memento.PutAsync(Entity, "1", ("If-None-Match", "*"))).Ok(201);
        (await memento.PutAsync(Entity, "2", ("If-None-Match", "*"))).Refused(409, "VERSION_CONFLICT");
        (await memento.PutAsync(Entity, "2", ("If-Match", "\"1\""))).Ok();
        (await memento.PutAsync(Entity, "3", ("If-Match", "\"1\""))).Refused(409, "VERSION_CONFLICT");
        (await memento.PutAsync(Entity, "3", ("If-None-Match", "\"1\""))).Refused(400, "MALFORMED_REQUEST", "If-None-Match");
        (await memento.SendAsync(HttpMethod.Delete, Entity, null, ("If-Match", "\"1\""))).Refused(409, "VERSION_CONFLICT");
        Assert.Equal(204, (int)(await memento.SendAsync(HttpMethod.Delete, Entity, null, ("If-Match", "\"2\""))).Status);
    }

    [Theory]
    [InlineData("a/b/c")]
    [InlineData("a%b/100%/x")]
    [InlineData("ä €😀 x")]
    [InlineData("a?b#c&d=e+f;g")]
    [InlineData("history")]
    [InlineData("x/history")]
    [InlineData("batch")]
    [InlineData(".gitignore")]
    public async Task Any_id_works_when_it_is_encoded(string id)
    {
        var path = $"{_workspace}/documents/file/{Uri.EscapeDataString(id)}";
        await memento.SendAsync(HttpMethod.Put, path, [1, 2], "text/plain");

        Assert.Equal([1, 2], (await memento.GetAsync(path)).Bytes);
        var listed = Assert.Single((await memento.GetAsync($"{_workspace}/documents?kind=file&prefix={Uri.EscapeDataString(id)}")).Ok()["items"]!.AsArray());
        Assert.Equal((id, "file", "\"1\"", 2L), ((string?)listed!["id"], (string?)listed["kind"], (string?)listed["etag"], (long)listed["length"]!));
        Assert.Single((await memento.GetAsync(path + "/history")).Ok()["items"]!.AsArray());
        Assert.Equal(204, (int)(await memento.DeleteAsync(path)).Status);
    }

    [Fact]
    public async Task Slashes_may_stay_as_they_are_and_history_behind_one_asks_for_the_versions()
    {
        var path = $"{_workspace}/documents/file/src/a.c";
        await memento.SendAsync(HttpMethod.Put, path, [1], null);
        await memento.SendAsync(HttpMethod.Put, path.Replace("src/", "src%2F", StringComparison.Ordinal), [2], null);
        await memento.DeleteAsync(path + "?agent=bob");
        await memento.SendAsync(HttpMethod.Put, $"{_workspace}/documents/file/src/a.c%2Fhistory", [3], null);

        var versions = (await memento.GetAsync(path + "/history?limit=2")).Ok();
        Assert.Equal(["deleted", "updated"], versions["items"]!.AsArray().Select(v => (string?)v!["operation"]));
        Assert.Equal("bob", (string?)versions["items"]![0]!["agentId"]);
        Assert.Equal("created", (string?)(await memento.GetAsync($"{path}/history?cursor={(string)versions["nextCursor"]!}")).Ok()["items"]![0]!["operation"]);
        Assert.Equal([3], (await memento.GetAsync(path + "%2Fhistory")).Bytes);
        (await memento.GetAsync($"{_workspace}/documents/file/never/history")).Refused(404, "DOCUMENT_NOT_FOUND");
    }

    [Theory]
    [InlineData("image/png", "image/png")]
    [InlineData("text/plain; charset=iso-8859-1", "text/plain; charset=iso-8859-1")]
    [InlineData("application/json", "application/json")]
    [InlineData(null, "application/octet-stream")]
    public async Task A_file_is_any_bytes_with_its_type(string? sent, string kept)
    {
        var path = $"{_workspace}/documents/file/x.bin";
        byte[][] values = [[.. Enumerable.Range(0, 256).Select(i => (byte)i)], [], [.. Enumerable.Repeat((byte)0xff, 5_000)]];
        foreach (var value in values)
        {
            Assert.InRange((int)(await memento.SendAsync(HttpMethod.Put, path, value, sent)).Status, 200, 201);
            var read = await memento.GetAsync(path);
            Assert.Equal(value, read.Bytes);
            Assert.Equal((kept, (long?)value.Length), (read.FullContentType, read.Length));
            Assert.Contains("sandbox", Assert.Single(read.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(read.Headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Theory]
    [InlineData("123456789012345678901234567890.10", "123456789012345678901234567890.1")]
    [InlineData("1e400", "1e+400")]
    [InlineData("-0.0", "0")]
    [InlineData("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827")]
    public async Task Numbers_are_kept_exactly_beyond_what_a_double_can(string sent, string kept)
    {
        await memento.PutAsync(Entity, $"{{\"n\":{sent}}}");
        Assert.Equal($"{{\"n\":{kept}}}", (await memento.GetAsync(Entity)).Body);

        await memento.PostAsync($"{_workspace}/documents/batch", $$"""{"operations":[{"op":"put","kind":"metadata","id":"m","value":[{{sent}}]}]}""");
        Assert.Equal($"[{kept}]", (await memento.GetAsync($"{_workspace}/documents/metadata/m")).Body);
    }

    [Fact]
    public async Task A_batch_puts_patches_and_deletes_all_or_nothing()
    {
        var batch = $"{_workspace}/documents/batch";
        await memento.PostAsync(batch, """{"operations":[{"op":"put","kind":"entity","id":"gone","value":1},{"op":"put","kind":"entity","id":"a","value":{"x":[1]}}]}""");
        var body = $$"""
            {"agentId":"ann","sessionId":"s1","operations":[
              {"op":"put","kind":"session_state","id":"n","value":null},
              {"op":"patch","kind":"entity","id":"a","patch":[{"op":"add","path":"/x/-","value":2}],"ifMatch":"\"1\""},
              {"op":"delete","kind":"entity","id":"gone","ifMatch":"*"},
              {"op":"put","kind":"file","id":"f.bin","base64":"{{Convert.ToBase64String([0, 255])}}","contentType":"image/png","ifNoneMatch":"*"},
              {"op":"put","kind":"configuration","id":"c","base64":"{{Convert.ToBase64String("{\"y\": 1}"u8)}}" },
              {"op":"put","kind":"file","id":"j","value":{ "kept":  1 } }]}
            """;

        var written = (await memento.PostAsync(batch, body)).Ok();

        Assert.Equal(["created", "updated", "deleted", "created", "created", "created"], written["documents"]!.AsArray().Select(d => (string?)d!["outcome"]));
        Assert.Equal(2, (long)written["seq"]!);
        Assert.Equal("null", (await memento.GetAsync($"{_workspace}/documents/session_state/n")).Body);
        Assert.Equal("""{"x":[1,2]}""", (await memento.GetAsync(Entity)).Body);
        Assert.Equal([0, 255], (await memento.GetAsync($"{_workspace}/documents/file/f.bin")).Bytes);
        Assert.Equal("""{"y":1}""", (await memento.GetAsync($"{_workspace}/documents/configuration/c")).Body);
        Assert.Equal("""{ "kept":  1 }""", (await memento.GetAsync($"{_workspace}/documents/file/j")).Body);
        (await memento.PostAsync(batch, body)).Refused(409, "VERSION_CONFLICT");
        (await memento.PostAsync(batch, """{"operations":[{"op":"put","kind":"entity","id":"new","value":1},{"op":"delete","kind":"entity","id":"never"}]}""")).Refused(404, "DOCUMENT_NOT_FOUND");
        (await memento.GetAsync($"{_workspace}/documents/entity/new")).Refused(404, "DOCUMENT_NOT_FOUND");
        Assert.Equal(2, (long)(await memento.GetAsync(_workspace)).Ok()["seq"]!);
    }

    [Fact]
    public async Task The_same_idempotency_key_gives_the_same_answer_and_another_body_under_it_is_refused()
    {
        var batch = $"{_workspace}/documents/batch";
        const string body = """{"operations":[{"op":"put","kind":"entity","id":"a","value":[]}]}""";
        var first = await memento.PostAsync(batch, body, ("Idempotency-Key", "k"));
        await memento.PutAsync(Entity, "2");

        Assert.Equal(first.Ok().ToJsonString(), (await memento.PostAsync(batch, body, ("Idempotency-Key", "k"))).Ok().ToJsonString());
        (await memento.PostAsync(batch, body.Replace("[]}", "[1]}", StringComparison.Ordinal), ("Idempotency-Key", "k"))).Refused(409, "IDEMPOTENCY_KEY_REUSED");
        Assert.Equal("2", (await memento.GetAsync(Entity)).Body);
        (await memento.PutAsync(Entity, "3", ("Idempotency-Key", "p"))).Ok();
        await memento.PutAsync(Entity, "4");
        Assert.Equal("\"3\"", (await memento.PutAsync(Entity, "3", ("Idempotency-Key", "p"))).Etag);
        Assert.Equal("4", (await memento.GetAsync(Entity)).Body);
    }

    [Theory]
    [InlineData("application/merge-patch+json", """{"y":2}""", """{"x":[1],"y":2}""")]
    [InlineData("application/json-patch+json", """[{"op":"add","path":"/x/0","value":0}]""", """{"x":[0,1]}""")]
    [InlineData("application/json", """[{"op":"remove","path":"/x"}]""", "{}")]
    [InlineData("application/json; charset=utf-8", """{"x":null}""", "{}")]
    public async Task A_document_is_patched(string type, string patch, string after)
    {
        await memento.PutAsync(Entity, """{"x":[1]}""");

        Assert.Equal("\"2\"", (await memento.SendAsync(HttpMethod.Patch, Entity, Encoding.UTF8.GetBytes(patch), type)).Etag);
        Assert.Equal(after, (await memento.GetAsync(Entity)).Body);
    }

    [Fact]
    public async Task A_list_is_filtered_and_paged_by_kind_and_id()
    {
        foreach (var id in (string[])["b", "a/1", "a/2", "a"]) await memento.PutAsync($"{_workspace}/documents/entity/{id}?agent=ann", "1");
        await memento.PutAsync($"{_workspace}/documents/metadata/a", "1");

        Assert.Equal(["entity/a", "entity/a/1", "entity/a/2", "entity/b", "metadata/a"], await ListAsync("limit=2"));
        Assert.Equal(["entity/a/1", "entity/a/2"], await ListAsync("prefix=a/"));
        Assert.Equal(["metadata/a"], await ListAsync("kind=metadata&limit=1"));
        var item = (await memento.GetAsync($"{_workspace}/documents?kind=entity&limit=1")).Ok()["items"]![0]!;
        Assert.Equal(("ann", "\"4\""), ((string?)item["agentId"], (string?)item["etag"]));
        Assert.NotNull(item["at"]);

        async Task<List<string>> ListAsync(string query)
        {
            var (ids, cursor) = (new List<string>(), "");
            while (true)
            {
                var page = (await memento.GetAsync($"{_workspace}/documents?{query}{cursor}")).Ok();
                ids.AddRange(page["items"]!.AsArray().Select(d => $"{(string)d!["kind"]!}/{(string)d["id"]!}"));
                if ((string?)page["nextCursor"] is not { } next) return ids;
                cursor = $"&cursor={Uri.EscapeDataString(next)}";
            }
        }
    }
}
