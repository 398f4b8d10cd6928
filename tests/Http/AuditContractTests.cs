using System.Text.Json.Nodes;
using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class AuditContractTests(MementoFixture memento)
{
    private readonly RollbackHttp _http = new(memento);

    private string Audit => $"{_http.Path}/audit";

    [Fact]
    public async Task It_says_who_did_what_to_documents_points_rollbacks_and_conflicts()
    {
        var point = await _http.ChangeAsync(2);
        var started = await memento.PostAsync($"{_http.Path}/rollback-points/{point}/rollbacks", """{"agentId":"cid","selection":{"agents":["ann"]}}""");
        var rollback = (string)(await _http.OverAsync(started.Location!))["operationId"]!;
        Assert.Equal(204, (int)(await memento.DeleteAsync($"{_http.Path}/rollback-points/{point}?agent=zoe")).Status);

        var all = await ListAsync("");
        Assert.Equal(("point_removed", "zoe", point, """{"reason":"deleted"}"""), ((string)all[0]["action"]!, (string)all[0]["agentId"]!, (string)all[0]["rollbackPointId"]!, all[0]["detail"]!.ToJsonString()));
        Assert.Equal(["rollback_finished", "rollback_progressed", "rollback_started", "rollback_requested"], (await ListAsync($"?rollback={rollback}&agent=cid")).Select(e => (string)e["action"]!).Where(a => a.StartsWith("rollback", StringComparison.Ordinal)));
        var changed = Assert.Single(await ListAsync($"?rollback={rollback}&action=documents_changed"));
        Assert.Equal(("cid", 2L, """[{"kind":"entity","id":"d0","operation":"update"},{"kind":"entity","id":"d1","operation":"update"}]"""), ((string)changed["agentId"]!, (long)changed["documentCount"]!, changed["documents"]!.ToJsonString()));
        Assert.Equal(["documents_changed", "documents_changed", "documents_changed"], (await ListAsync("?document=entity/d1")).Select(e => (string)e["action"]!));
        Assert.Equal(2, (await ListAsync("?agent=ann&limit=500")).Count);
        Assert.Empty(await ListAsync("?until=2000-01-01T00:00:00Z"));
        Assert.Empty(await ListAsync("?conflict=conf-none"));
    }

    [Fact]
    public async Task What_looks_like_a_secret_is_masked()
    {
        await memento.PostAsync($"{_http.Path}/rollback-points", """{"name":"p","description":"deploy with sk-abcdefghijklmnop1234","metadata":{"password":"hunter2","build":7}}""");

        Assert.Equal("""{"name":"p","description":"deploy with ***","metadata":{"password":"***","build":7},"pinned":false}""", Without(Assert.Single(await ListAsync(""))["detail"]!.AsObject(), "expiresAt"));
    }

    [Theory]
    [InlineData("?action=stolen", 422, "VALIDATION_FAILED", "action")]
    [InlineData("?document=parse", 422, "VALIDATION_FAILED", "document")]
    [InlineData("?agent=a%01b", 422, "VALIDATION_FAILED", "agent")]
    [InlineData("?limit=501", 422, "VALIDATION_FAILED", "limit")]
    [InlineData("?cursor=x", 422, "VALIDATION_FAILED", "cursor")]
    [InlineData("?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", 422, "VALIDATION_FAILED", "until")]
    [InlineData("?since=yesterday", 400, "MALFORMED_REQUEST", "since")]
    public async Task A_question_that_makes_no_sense_is_refused_by_field(string query, int status, string code, string field) => (await memento.GetAsync(Audit + query)).Refused(status, code, field);

    private static string Without(JsonObject node, string name)
    {
        node.Remove(name);
        return node.ToJsonString();
    }

    private async Task<List<JsonNode>> ListAsync(string query) => [.. (await memento.GetAsync(Audit + query)).Ok()["items"]!.AsArray().Select(e => e!)];
}
