using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class RollbackBadInputTests(MementoFixture memento)
{
    private readonly RollbackHttp _ws = new(memento);

    [Theory]
    [InlineData("""{"strategy":"slowly"}""", "strategy")]
    [InlineData("""{"type":"some"}""", "type")]
    [InlineData("""{"conflictStrategy":"ask"}""", "conflictStrategy")]
    [InlineData("""{"batchSize":0}""", "batchSize")]
    [InlineData("""{"delayMs":-1}""", "delayMs")]
    [InlineData("""{"agentId":""}""", "agentId")]
    [InlineData("""{"type":"full","selection":{"agents":["ann"]}}""", "selection")]
    [InlineData("""{"type":"partial"}""", "selection.documents")]
    [InlineData("""{"type":"selective"}""", "selection")]
    [InlineData("""{"selection":{"agents":["ann",""]}}""", "selection.agents[1]")]
    [InlineData("""{"selection":{"sessions":[null]}}""", "selection.sessions[0]")]
    [InlineData("""{"selection":{"since":"yesterday"}}""", "selection.since")]
    [InlineData("""{"selection":{"since":"2026-01-02T00:00:00Z","until":"2026-01-01T00:00:00Z"}}""", "selection.until")]
    [InlineData("""{"selection":{"maxAgeSeconds":0}}""", "selection.maxAgeSeconds")]
    [InlineData("""{"selection":{"documents":[{}]}}""", "selection.documents[0].type")]
    [InlineData("""{"selection":{"documents":[null]}}""", "selection.documents[0]")]
    [InlineData("""{"selection":{"documents":[{"type":"thing"}]}}""", "selection.documents[0].type")]
    [InlineData("""{"selection":{"documents":[{"type":"namespace"}]}}""", "selection.documents[0].identifiers")]
    [InlineData("""{"selection":{"documents":[{"type":"file","include":"["}]}}""", "selection.documents[0].include")]
    [InlineData("""{"selection":{"documents":[{"type":"file","exclude":["a",null]}]}}""", "selection.documents[0].exclude[1]")]
    [InlineData("""{"dependencies":[{"item":"entity/a"}]}""", "dependencies[0].dependsOn")]
    [InlineData("""{"dependencies":[{"item":"thing/a","dependsOn":[]}]}""", "dependencies[0].item")]
    [InlineData("""{"dependencies":[{"item":"entity/a","dependsOn":[null]}]}""", "dependencies[0].dependsOn[0]")]
    [InlineData("""[]""", "body")]
    public async Task What_breaks_a_rule_is_refused_by_field(string body, string field)
    {
        await _ws.PutAsync("entity/a", "{}");
        var point = await _ws.PointAsync();

        (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", body)).Refused(422, "VALIDATION_FAILED", field);
        if (!IsOfARollbackAlone(field, body)) (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/preview", body)).Refused(422, "VALIDATION_FAILED", field);
        Assert.Empty((await memento.GetAsync($"{_ws.Path}/rollbacks")).Ok()["items"]!.AsArray());
    }

    [Theory]
    [InlineData("rollbacks?status=over", "status")]
    [InlineData("rollbacks?limit=0", "limit")]
    [InlineData("rollbacks?cursor=nonsense", "cursor")]
    [InlineData("conflicts?status=over", "status")]
    [InlineData("conflicts?cursor=nonsense", "cursor")]
    [InlineData("conflicts?limit=501", "limit")]
    public async Task A_bad_parameter_is_named(string query, string field) => (await memento.GetAsync($"{_ws.Path}/{query}")).Refused(422, "VALIDATION_FAILED", field);

    [Fact]
    public async Task What_is_no_json_is_malformed() => (await memento.PostAsync($"{_ws.Path}/rollback-points/rp-x/rollbacks", "{")).Refused(400, "MALFORMED_REQUEST", "body");

    [Fact]
    public async Task The_description_of_the_api_has_the_routes_and_what_their_values_may_be()
    {
        var document = (await memento.GetAsync("/openapi/v1.json")).Ok();
        var (paths, schemas) = (document["paths"]!.AsObject(), document["components"]!["schemas"]!.AsObject());

        foreach (var path in (string[])[
            "/rollback-points/{id}/diff", "/rollback-points/{id}/preview", "/rollback-points/{id}/rollbacks", "/rollbacks", "/rollbacks/{id}", "/rollbacks/{id}/stream", "/rollbacks/{id}/cancel", "/rollbacks/{id}/undo",
            "/conflicts", "/conflicts/{id}", "/conflicts/{id}/resolution", "/conflicts/resolutions"]) Assert.True(paths.ContainsKey($"/v1/workspaces/{{ws}}{path}"), path);
        Assert.Equal(["immediate", "gradual", "safe", "force"], schemas["RollbackStrategy"]!["enum"]!.AsArray().Select(v => (string)v!));
        Assert.Equal(["abort", "skip", "overwrite", "merge", "ask_user"], schemas["ConflictStrategy"]!["enum"]!.AsArray().Select(v => (string)v!));
        Assert.Equal(["full", "partial", "selective", "dry_run"], schemas["RollbackType"]!["enum"]!.AsArray().Select(v => (string)v!));
        Assert.Equal(["pending", "in_progress", "completed", "failed", "cancelled"], schemas["RollbackStatus"]!["enum"]!.AsArray().Select(v => (string)v!));
        Assert.True(paths["/v1/workspaces/{ws}/rollback-points/{id}/rollbacks"]!["post"]!["responses"]!.AsObject().ContainsKey("202"));
    }

    /// <summary>Whether it is about something that a preview is not asked for.</summary>
    private static bool IsOfARollbackAlone(string field, string body) => field is "batchSize" or "delayMs" or "agentId" or "type" || (body.StartsWith("{\"type\":", StringComparison.Ordinal) && field.StartsWith("selection", StringComparison.Ordinal));
}
