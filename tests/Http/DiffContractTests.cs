using System.Text.Json.Nodes;
using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class DiffContractTests(MementoFixture memento)
{
    private readonly RollbackHttp _http = new(memento);

    [Fact]
    public async Task What_is_ignored_is_left_out_and_counted()
    {
        var diff = await ChangedAsync();

        var all = await GetAsync(diff);
        Assert.Equal((5L, 2L, 0L), ((long)all["changeCount"]!, (long)all["summary"]!["updated"]!, (long)all["summary"]!["ignored"]!));
        var some = await GetAsync($"{diff}?ignore=stamp&ignore=/deep/er");
        Assert.Equal(["/entity/a/items/0/price", "/entity/a/name"], Paths(some));
        Assert.Equal((2L, 1L, 3L, """{"entity":1}"""), ((long)some["changeCount"]!, (long)some["summary"]!["updated"]!, (long)some["summary"]!["ignored"]!, some["summary"]!["byKind"]!.ToJsonString()));
    }

    [Fact]
    public async Task What_lies_too_deep_is_one_change_and_says_so()
    {
        var diff = await GetAsync($"{await ChangedAsync()}?depth=1");

        Assert.Equal(["/entity/a/deep", "/entity/a/items"], diff["changes"]!.AsArray().Where(c => (bool?)c!["truncated"] is true).Select(c => (string)c!["path"]!));
        Assert.Equal(2L, (long)diff["summary"]!["truncatedChanges"]!);
        Assert.Null(diff["changes"]!.AsArray().First(c => (string)c!["path"]! == "/entity/a/name")!["truncated"]);
    }

    [Fact]
    public async Task It_is_drawn_as_finely_as_asked_and_told_in_words()
    {
        var diff = await ChangedAsync();

        var document = (await GetAsync($"{diff}?format=visual&granularity=character"))["documents"]![0]!;
        Assert.Equal("character", (string)document["diff"]!["granularity"]!);
        Assert.Contains("price of item id=1 rose from 10 to 12 (+20 %)", document["words"]!["changes"]!.AsArray().Select(c => (string)c!["sentence"]!));
        Assert.Equal("json", (string)(await GetAsync($"{diff}?format=visual"))["documents"]![0]!["diff"]!["granularity"]!);
        Assert.Null((await GetAsync(diff))["documents"]);
    }

    [Theory]
    [InlineData("?depth=0", 422, "depth")]
    [InlineData("?depth=129", 422, "depth")]
    [InlineData("?depth=x", 400, "depth")]
    [InlineData("?ignore=/a~2", 422, "ignore[0]")]
    [InlineData("?ignore=", 422, "ignore[0]")]
    [InlineData("?granularity=atom", 422, "granularity")]
    [InlineData("?format=colour", 422, "format")]
    [InlineData("?to=a%01b", 422, "to")]
    public async Task A_question_that_makes_no_sense_is_refused_by_field(string query, int status, string field) =>
        (await memento.GetAsync($"{_http.Path}/rollback-points/{await _http.PointAsync()}/diff{query}")).Refused(status, status == 400 ? "MALFORMED_REQUEST" : "VALIDATION_FAILED", field);

    private async Task<string> ChangedAsync()
    {
        await _http.PutAsync("entity/a", """{"name":"x","stamp":1,"deep":{"er":1},"items":[{"id":1,"price":10}]}""");
        await _http.PutAsync("entity/b", """{"stamp":1}""");
        var point = await _http.PointAsync();
        await _http.PutAsync("entity/a", """{"name":"y","stamp":2,"deep":{"er":2},"items":[{"id":1,"price":12}]}""", "ann");
        await _http.PutAsync("entity/b", """{"stamp":2}""", "ann");
        return $"{_http.Path}/rollback-points/{point}/diff";
    }

    private async Task<JsonNode> GetAsync(string path) => (await memento.GetAsync(path)).Ok();

    private static IEnumerable<string> Paths(JsonNode diff) => diff["changes"]!.AsArray().Select(c => (string)c!["path"]!);
}
