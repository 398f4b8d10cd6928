using System.Text;
using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class DocumentBadInputTests(MementoFixture memento)
{
    private const int Mebibyte = 1024 * 1024;

    private readonly string _documents = $"{MementoFixture.NewWorkspace()}/documents";

    private string Batch => $"{_documents}/batch";

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("1 2")]
    [InlineData("""{"a":1,}""")]
    public async Task What_is_not_json_is_malformed(string body) => (await memento.PutAsync($"{_documents}/entity/a", body)).Refused(400, "MALFORMED_REQUEST", "body");

    [Fact]
    public async Task Invalid_utf8_is_malformed_in_json_and_fine_in_a_file()
    {
        byte[] body = [(byte)'"', 0xFF, (byte)'"'];

        (await memento.SendAsync(HttpMethod.Put, $"{_documents}/entity/a", body, "application/json")).Refused(400, "MALFORMED_REQUEST", "body");
        (await memento.SendAsync(HttpMethod.Put, $"{_documents}/file/a", body, "text/plain")).Ok(201);
    }

    [Theory]
    [InlineData("""{"x":"\ud800"}""")]
    [InlineData("""{"\udc00":1}""")]
    [InlineData("""{"x":1,"x":2}""")]
    public async Task Half_a_surrogate_pair_and_a_name_twice_are_refused(string json)
    {
        (await memento.PutAsync($"{_documents}/entity/a", json)).Refused(422, "VALIDATION_FAILED", "body");
        (await memento.PostAsync(Batch, $$"""{"operations":[{"op":"put","kind":"entity","id":"a","value": {{json}} }]}""")).Refused(422, "VALIDATION_FAILED", "operations[0].value");
        (await memento.PostAsync(Batch, $$"""{"operations":[{"op":"put","kind":"entity","id":"a","base64":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(json))}}"}]}""")).Refused(422, "VALIDATION_FAILED", "operations[0].base64");
    }

    [Fact]
    public async Task Json_may_nest_as_deep_as_allowed_and_no_deeper()
    {
        (await memento.PutAsync($"{_documents}/entity/a", Nested(65))).Refused(422, "VALIDATION_FAILED", "body");
        (await memento.PutAsync($"{_documents}/entity/a", Nested(100_000))).Refused(422, "VALIDATION_FAILED", "body");
        (await memento.PutAsync($"{_documents}/entity/a", Nested(64))).Ok(201);
        Assert.Equal(Nested(64), (await memento.GetAsync($"{_documents}/entity/a")).Body);
        (await memento.PostAsync(Batch, $$"""{"operations":[{"op":"put","kind":"entity","id":"b","value": {{Nested(100)}} }]}""")).Refused(400, "MALFORMED_REQUEST", "body");

        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
    }

    [Fact]
    public async Task Only_files_may_be_of_another_type()
    {
        (await memento.SendAsync(HttpMethod.Put, $"{_documents}/entity/a", "{}"u8.ToArray(), "text/plain")).Refused(415, "UNSUPPORTED_MEDIA_TYPE");
        (await memento.SendAsync(HttpMethod.Put, $"{_documents}/entity/a", "{}"u8.ToArray(), null)).Ok(201);
        (await memento.SendAsync(HttpMethod.Put, $"{_documents}/entity/b", "{}"u8.ToArray(), "application/vnd.x+json")).Ok(201);
        (await memento.PostBytesAsync(Batch, "{}"u8.ToArray(), "text/plain")).Refused(415, "UNSUPPORTED_MEDIA_TYPE");
        (await memento.SendAsync(HttpMethod.Put, $"{_documents}/file/a", [1], "nonsense")).Refused(422, "VALIDATION_FAILED", "contentType");
    }

    [Theory]
    [InlineData("application/json-patch+json", "{}", 422)]
    [InlineData("application/merge-patch+json", "[]", 422)]
    [InlineData("text/plain", "{}", 415)]
    public async Task A_patch_is_what_it_says_it_is(string type, string patch, int status)
    {
        await memento.PutAsync($"{_documents}/entity/a", "{}");

        Assert.Equal(status, (int)(await memento.SendAsync(HttpMethod.Patch, $"{_documents}/entity/a", Encoding.UTF8.GetBytes(patch), type)).Status);
        Assert.Equal("{}", (await memento.GetAsync($"{_documents}/entity/a")).Body);
    }

    [Fact]
    public async Task A_patch_that_does_not_fit_names_what_is_wrong()
    {
        await memento.PutAsync($"{_documents}/entity/a", "{}");
        await memento.SendAsync(HttpMethod.Put, $"{_documents}/file/f", [1], "image/png");

        (await Patch("entity/a", "{")).Refused(400, "MALFORMED_REQUEST", "patch");
        (await Patch("file/f", "{}")).Refused(422, "VALIDATION_FAILED", "patch");
        (await Patch("entity/a", """[{"op":"test","path":"","value":1}]""")).Refused(409, "PATCH_TEST_FAILED");
        (await Patch("entity/never", "{}")).Refused(404, "DOCUMENT_NOT_FOUND");

        Task<Answer> Patch(string document, string patch) => memento.SendAsync(HttpMethod.Patch, $"{_documents}/{document}", Encoding.UTF8.GetBytes(patch), "application/json");
    }

    [Fact]
    public async Task What_is_too_large_is_refused_and_leaves_nothing()
    {
        var large = new byte[11 * Mebibyte];
        Array.Fill(large, (byte)'1');

        (await memento.SendAsync(HttpMethod.Put, $"{_documents}/file/a", large, "text/plain")).Refused(413, "SNAPSHOT_TOO_LARGE");
        (await memento.SendAsync(HttpMethod.Put, $"{_documents}/entity/a", large, "application/json")).Refused(413, "SNAPSHOT_TOO_LARGE");
        (await memento.PostAsync(Batch, $$"""{"operations":[{"op":"put","kind":"file","id":"a","base64":"{{Convert.ToBase64String(large)}}"}]}""")).Refused(413, "SNAPSHOT_TOO_LARGE");
        (await memento.PostAsync(Batch, $$"""{"operations":[{{string.Join(',', Enumerable.Range(0, 1_001).Select(i => $$"""{"op":"put","kind":"entity","id":"d{{i}}","value":1}"""))}}]}""")).Refused(413, "TOO_LARGE");
        Assert.Empty((await memento.GetAsync(_documents)).Ok()["items"]!.AsArray());
        (await memento.SendAsync(HttpMethod.Put, $"{_documents}/file/a", large[..(10 * Mebibyte)], "text/plain")).Ok(201);
        Assert.Equal(10 * Mebibyte, (await memento.GetAsync($"{_documents}/file/a")).Bytes.Length);
    }

    [Theory]
    [InlineData("planet/a", 422, "kind")]
    [InlineData("Entity/a", 422, "kind")]
    [InlineData("entity/a//b", 422, "id")]
    [InlineData("entity/", 422, "id")]
    [InlineData("entity", 422, "id")]
    [InlineData("entity/a%01b", 422, "id")]
    [InlineData("entity/%FF", 400, "id")]
    [InlineData("entity/a%2", 400, "id")]
    public async Task A_name_that_is_none_is_refused(string document, int status, string field) =>
        (await memento.PutAsync($"{_documents}/{document}", "1")).Refused(status, status == 400 ? "MALFORMED_REQUEST" : "VALIDATION_FAILED", field);

    [Fact]
    public async Task Dots_are_refused_and_so_is_a_long_name()
    {
        (await memento.PutAsync($"{_documents}/file/a/../b", "1")).Refused(400, "MALFORMED_REQUEST");
        (await memento.PutAsync($"{_documents}/file/a%2F..%2Fb", "1")).Refused(422, "VALIDATION_FAILED", "id");
        (await memento.PutAsync($"{_documents}/file/{new string('x', 257)}", "1")).Refused(422, "VALIDATION_FAILED", "id");
    }

    [Theory]
    [InlineData("null", "body")]
    [InlineData("{}", "operations")]
    [InlineData("""{"operations":[]}""", "operations")]
    [InlineData("""{"operations":[null]}""", "operations[0]")]
    [InlineData("""{"operations":[{}]}""", "operations[0].op")]
    [InlineData("""{"operations":[{"op":"put","kind":"entity","id":"a"}]}""", "operations[0].value")]
    [InlineData("""{"operations":[{"op":"put","kind":"planet","id":"a","value":null}]}""", "operations[0].kind")]
    [InlineData("""{"operations":[{"op":"sneeze","kind":"entity","id":"a"}]}""", "operations[0].op")]
    [InlineData("""{"operations":[{"op":"put","kind":"entity","id":"\ud800","value":1}]}""", "operations[0].id")]
    [InlineData("""{"operations":[{"op":"put","kind":"entity","id":"a","value":1},{"op":"put","kind":"entity","id":"a\u0000","value":1}]}""", "operations[1].id")]
    [InlineData("""{"operations":[{"op":"put","kind":"entity","id":"a","value":1},{"op":"delete","kind":"entity","id":"a"}]}""", "operations[1].id")]
    [InlineData("""{"operations":[{"op":"put","kind":"file","id":"a","base64":"?"}]}""", "operations[0].base64")]
    [InlineData("""{"operations":[{"op":"put","kind":"file","id":"a","base64":"AA==","value":1}]}""", "operations[0].base64")]
    [InlineData("""{"operations":[{"op":"put","kind":"file","id":"a","base64":"AA==","contentType":"text/ü"}]}""", "contentType")]
    [InlineData("""{"operations":[{"op":"put","kind":"entity","id":"a","value":1,"ifNoneMatch":"1"}]}""", "operations[0].ifNoneMatch")]
    [InlineData("""{"agentId":"","operations":[{"op":"put","kind":"entity","id":"a","value":1}]}""", "agentId")]
    public async Task A_batch_that_breaks_a_rule_is_refused_by_field(string body, string field) => (await memento.PostAsync(Batch, body)).Refused(422, "VALIDATION_FAILED", field);

    [Theory]
    [InlineData("?kind=planet", 422, "kind")]
    [InlineData("?limit=0", 422, "limit")]
    [InlineData("?limit=x", 400, "limit")]
    [InlineData("?cursor=junk", 422, "cursor")]
    [InlineData("?prefix=a%00", 422, "prefix")]
    [InlineData("?at=a%01", 422, "at")]
    public async Task A_query_that_makes_no_sense_names_its_parameter(string query, int status, string parameter) =>
        (await memento.GetAsync(_documents + query)).Refused(status, status == 400 ? "MALFORMED_REQUEST" : "VALIDATION_FAILED", parameter);

    [Fact]
    public async Task A_writer_must_have_a_name_if_any()
    {
        (await memento.PutAsync($"{_documents}/entity/a?agent=a%01", "1")).Refused(422, "VALIDATION_FAILED", "agent");
        (await memento.PutAsync($"{_documents}/entity/a?session=a&session=b", "1")).Refused(400, "MALFORMED_REQUEST", "session");
        (await memento.PutAsync($"{_documents}/entity/a", "1", ("Idempotency-Key", ""))).Refused(400, "MALFORMED_REQUEST", "Idempotency-Key");
    }
}
