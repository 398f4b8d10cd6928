using System.Text.Json.Nodes;
using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class SqliteConflictPlaceContractTests(MementoFixture memento) : ConflictPlaceContract(memento);

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlConflictPlaceContractTests(PostgreSqlMementoFixture fixture)
    : ConflictPlaceContract(fixture.Memento), IClassFixture<PostgreSqlMementoFixture>;

/// <summary>Every kind of conflict is told at its smallest place, with a sentence and the three versions.</summary>
public abstract class ConflictPlaceContract(MementoFixture memento)
{
    private const string Document = "configuration/d";
    private const string Ann = "ann";
    private const string Bob = "bob";

    private static readonly string[] Sides = ["base", "current", "rollback"];

    private readonly RollbackHttp _ws = new(memento);

    /// <summary>Kind, place, scope; the document at the point, after Bob, and after Ann (null deletes it).</summary>
    public static TheoryData<string, string, string, string, string?, string?[]> Kinds => new()
    {
        { "changed_by_both", "/v", "value", """{"v":1}""", """{"v":2}""", ["""{"v":3}"""] },
        { "changed_type", "/v", "value", """{"v":1}""", """{"v":2}""", ["""{"v":"three"}"""] },
        { "removed_and_changed", "/a", "value", """{"a":{"x":1},"b":1}""", """{"a":{"x":2},"b":1}""", ["""{"b":1}"""] },
        { "removed_and_changed", "", "value", """{"v":1}""", """{"v":2}""", [null] },
        { "added_by_both", "/a", "value", """{"a":{"x":1}}""", """{}""", ["""{"a":{"y":1}}"""] },
        { "added_by_both", "", "value", """{"name":"old"}""", null, ["""{"label":"new"}"""] },
        { "made_anew", "", "value", """{"v":1,"w":1}""", """{"v":2,"w":1}""", [null, """{"v":2,"w":2}"""] },
        {
            "made_anew", "/0", "value", """[{"id":1,"name":"old"}]""", """[{"id":1,"mail":"m","name":"old"}]""",
            ["""[{"id":1,"label":"new"}]"""]
        },
        { "renamed", "/c/1", "value", Containers("web"), Containers("www"), [Containers("front")] },
        { "renamed", "/hello", "members", """{"hi":"Hallo"}""", """{"hello":"Hallo"}""", ["""{"welcome":"Hallo"}"""] },
        { "reordered", "", "order", """["a","b","c"]""", """["c","a","b"]""", ["""["b","c","a"]"""] },
        { "inserted_at_one_place", "/1", "elements", """["a","b"]""", """["a"]""", ["""["a","c"]"""] },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Conflict_shows_its_place_sentence_and_three_sides(
        string kind, string path, string scope, string first, string? byBob, string?[] byAnn)
    {
        var conflict = await ConflictAsync(first, byBob, byAnn);

        var place = Assert.Single(conflict["places"]!.AsArray())!;
        Assert.Equal((kind, path, scope), ((string?)place["kind"], (string?)place["path"], (string?)place["scope"]));
        Assert.EndsWith(".", (string?)place["reason"], StringComparison.Ordinal);
        var sides = Sides.Select(side => place[side]?.ToJsonString()).OfType<string>().ToList();
        Assert.InRange(sides.Count, 2, 3);
        Assert.Equal(sides.Count, sides.Distinct().Count());
    }

    [Fact]
    public async Task Place_that_a_policy_settled_is_named_in_preview_and_result()
    {
        (await memento.PutAsync($"{_ws.Path}/merge-policies", """[{"match":"configuration/*","path":"/v","strategy":"skip"}]""")).Ok();
        var point = await WriteAsync("""{"v":1}""", """{"v":2}""", ["""{"v":3}"""]);
        const string Selection = """{"selection":{"agents":["bob"]}}""";

        var preview = (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/preview", Selection)).Ok();
        var over = await RollBackAsync(point, "abort");

        foreach (var settled in new[] { preview["settled"], over["settled"] })
        {
            var place = Assert.Single(settled!.AsArray())!;
            Assert.Equal((Document, "/v", "skip"), ((string?)place["document"], (string?)place["path"], (string?)place["strategy"]));
        }

        Assert.Equal("completed", (string?)over["status"]);
    }

    [Theory]
    [InlineData("overwrite")]
    [InlineData("skip")]
    [InlineData("merge")]
    public async Task Place_that_a_policy_keeps_for_a_person_stays_open(string conflictStrategy)
    {
        (await memento.PutAsync($"{_ws.Path}/merge-policies", """[{"match":"configuration/*","path":"/v","strategy":"ask_user"}]""")).Ok();

        var over = await RollBackAsync(await WriteAsync("""{"v":1}""", """{"v":2}""", ["""{"v":3}"""]), conflictStrategy);

        Assert.Equal("open", (string?)Assert.Single(over["conflicts"]!.AsArray())!["status"]);
        Assert.Equal("""{"v":3}""", (await memento.GetAsync($"{_ws.Path}/documents/{Document}")).Body);
    }

    [Fact]
    public async Task Policy_that_makes_a_list_a_set_is_named_in_the_result()
    {
        (await memento.PutAsync($"{_ws.Path}/merge-policies", """[{"match":"configuration/*","path":"/v","as":"set"}]""")).Ok();

        var over = await RollBackAsync(await WriteAsync("""{"v":["a"]}""", """{"v":["a","b"]}""", ["""{"v":["a","b","c"]}"""]), "abort");

        Assert.Equal(("/v", "set"), ((string?)over["settled"]![0]!["path"], (string?)over["settled"]![0]!["strategy"]));
        Assert.Equal("""{"v":["a","c"]}""", (await memento.GetAsync($"{_ws.Path}/documents/{Document}")).Body);
    }

    [Fact]
    public async Task Preview_names_policies_that_fit_nothing_that_is_merged()
    {
        const string Policies = """
            [{"match":"configuration/*","path":"/v","strategy":"skip"},{"match":"configuration/*","path":"/vv","strategy":"skip"},
             {"match":"config/*","as":"set"}]
            """;
        (await memento.PutAsync($"{_ws.Path}/merge-policies", Policies)).Ok();
        var point = await WriteAsync("""{"v":1}""", """{"v":2}""", ["""{"v":3}"""]);

        var merged = (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/preview", """{"selection":{"agents":["bob"]}}""")).Ok();
        var restored = (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/preview", "{}")).Ok();

        string[] unused =
        [
            """{"index":1,"match":"configuration/*","path":"/vv","reason":"no_place"}""",
            """{"index":2,"match":"config/*","reason":"no_document"}""",
        ];
        Assert.Equal(unused, merged["unusedPolicies"]!.AsArray().Select(policy => policy!.ToJsonString()));
        Assert.Null(restored["unusedPolicies"]);
    }

    private static string Containers(string name) => $$"""{"c":[{"name":"log","image":"l:1"},{"name":"{{name}}","image":"w:1"}]}""";

    private async Task<JsonNode> ConflictAsync(string first, string? byBob, string?[] byAnn)
    {
        var over = await RollBackAsync(await WriteAsync(first, byBob, byAnn), "ask_user");
        var id = (string)Assert.Single(over["conflicts"]!.AsArray())!["conflictId"]!;
        return (await memento.GetAsync($"{_ws.Path}/conflicts/{id}")).Ok();
    }

    private async Task<string> WriteAsync(string first, string? byBob, string?[] byAnn)
    {
        await _ws.PutAsync(Document, first, Ann);
        var point = await _ws.PointAsync();
        await ChangeAsync(Bob, byBob);
        foreach (var value in byAnn) await ChangeAsync(Ann, value);
        return point;
    }

    private async Task ChangeAsync(string agent, string? json)
    {
        if (json is not null) await _ws.PutAsync(Document, json, agent);
        else Assert.True((int)(await memento.DeleteAsync($"{_ws.Path}/documents/{Document}?agent={agent}")).Status is 200 or 204);
    }

    private async Task<JsonNode> RollBackAsync(string point, string conflictStrategy)
    {
        var accepted = await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks",
            $$"""{"type":"selective","conflictStrategy":"{{conflictStrategy}}","selection":{"agents":["{{Bob}}"] } }""");
        return await _ws.OverAsync(accepted.Location!);
    }
}
