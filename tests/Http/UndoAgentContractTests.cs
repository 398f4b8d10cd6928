using System.Text.Json.Nodes;
using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class SqliteUndoAgentContractTests(MementoFixture memento) : UndoAgentContract(memento);

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlUndoAgentContractTests(PostgreSqlMementoFixture fixture)
    : UndoAgentContract(fixture.Memento), IClassFixture<PostgreSqlMementoFixture>;

/// <summary>Undoing one agent whose work others built on: the result keeps their work, or says that it cannot.</summary>
public abstract class UndoAgentContract(MementoFixture memento)
{
    private const string Ann = "ann";
    private const string Bob = "bob";
    private const string Configuration = "configuration/d";
    private const string Entity = "entity/d";

    private readonly RollbackHttp _ws = new(memento);

    [Fact]
    public async Task Undone_swap_of_elements_keeps_the_swap_of_another_agent()
    {
        var (over, document) = await UndoBobAsync(Configuration, List("abcdefgh"), (Bob, List("bacdefgh")), (Ann, List("bacdefhg")));

        Assert.Equal(("completed", 0L), ((string?)over["status"], Conflicts(over)));
        Assert.Equal("abcdefhg", string.Concat(document!.AsArray().Select(element => (string)element!["id"]!)));

        static string List(string ids) => $"[{string.Join(',', ids.Select(id => $"{{\"id\":\"{id}\",\"v\":1}}"))}]";
    }

    [Fact]
    public async Task Undone_swap_of_strings_keeps_the_swap_of_another_agent()
    {
        var (over, document) = await UndoBobAsync(Configuration, List("abcdefgh"), (Bob, List("bacdefgh")), (Ann, List("bacdefhg")));

        Assert.Equal(("completed", 0L), ((string?)over["status"], Conflicts(over)));
        Assert.Equal("abcdefhg", string.Concat(document!.AsArray().Select(element => (string)element!)));

        static string List(string names) => $"[{string.Join(',', names.Select(name => $"\"{name}\""))}]";
    }

    [Fact]
    public async Task Undone_change_of_a_removed_element_lands_in_no_other()
    {
        const string Steps = """[{"run":"build","retries":2},{"run":"test","retries":1}]""";

        var (over, document) = await UndoBobAsync(Configuration,
            """[{"run":"checkout","needs":"token"},{"run":"build","retries":1}]""",
            (Bob, """[{"run":"checkout"},{"run":"build","retries":1}]"""),
            (Ann, Steps));

        Assert.Equal(1, Conflicts(over));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Steps), document), document?.ToJsonString());
    }

    [Fact]
    public async Task Undone_deletion_does_not_mix_the_old_document_into_a_new_one()
    {
        var (over, document) = await UndoBobAsync(Entity, """{"name":"old","role":"admin"}""", (Bob, null), (Ann, """{"label":"new"}"""));

        Assert.Equal(1, Conflicts(over));
        Assert.Equal("""{"label":"new"}""", document?.ToJsonString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"on":false}""")]
    public async Task Undone_work_on_a_deleted_document_leaves_an_equal_new_one_alone(string? first)
    {
        const string Equal = """{"on":true}""";

        var (over, document) = await UndoBobAsync(Entity, first, (Bob, Equal), (Ann, null), ("carol", Equal));

        Assert.Equal(1, Conflicts(over));
        Assert.Equal(Equal, document?.ToJsonString());
    }

    [Fact]
    public async Task Undone_renaming_of_an_element_renamed_since_is_a_conflict()
    {
        var (over, document) = await UndoBobAsync(Configuration, Containers("web"), (Bob, Containers("www")), (Ann, Containers("front")));

        Assert.Equal(1, Conflicts(over));
        Assert.Equal(["log", "front", "db"], document!["containers"]!.AsArray().Select(container => (string?)container!["name"]));

        static string Containers(string name) =>
            $$"""{"containers":[{"name":"log","image":"l:1"},{"name":"{{name}}","image":"w:1"},{"name":"db","image":"d:1"}]}""";
    }

    /// <summary>Writes the versions and undoes Bob. Answers the rollback, and the document then.</summary>
    /// <param name="first">The document at the point.</param>
    /// <param name="then">The agents that changed it since, and the new values; null deletes it.</param>
    private async Task<(JsonNode Over, JsonNode? Document)> UndoBobAsync(
        string document, string? first, params (string Agent, string? Json)[] then)
    {
        if (first is not null) await _ws.PutAsync(document, first, Ann);
        var point = await _ws.PointAsync();
        foreach (var (agent, json) in then)
        {
            if (json is not null) await _ws.PutAsync(document, json, agent);
            else Assert.True((int)(await memento.DeleteAsync($"{_ws.Path}/documents/{document}?agent={agent}")).Status is 200 or 204);
        }

        var (kind, id) = (document.Split('/')[0], document.Split('/')[1]);
        var accepted = await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", $$"""
            {
              "type":"selective","conflictStrategy":"abort",
              "selection":{"agents":["{{Bob}}"],"documents":[{"type":"{{kind}}","identifiers":["{{id}}"]}]}
            }
            """);
        var over = await _ws.OverAsync(accepted.Location!);
        return (over, JsonNode.Parse((await memento.GetAsync($"{_ws.Path}/documents/{document}")).Body));
    }

    private static long Conflicts(JsonNode over) => (long?)over["conflictCount"] ?? 0;
}
