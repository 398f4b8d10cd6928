using System.Text;
using System.Text.Json.Nodes;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class RollbackContractTests(MementoFixture memento)
{
    private readonly string _ws = $"/v1/workspaces/w-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_diff_lists_what_changed_against_now_or_another_point_and_draws_it()
    {
        await PutAsync("entity/a", """{"x":1}""");
        await PutAsync("entity/b", "{}");
        var first = await PointAsync();
        await PutAsync("entity/a", """{"x":2}""", "ann");
        await memento.DeleteAsync($"{_ws}/documents/entity/b?agent=bob");
        var second = await PointAsync();
        await PutAsync("file/src/f", """{"new":true}""");

        var diff = (await memento.GetAsync($"{_ws}/rollback-points/{first}/diff")).Ok();
        Assert.Equal((first, "current", 3L, false), ((string?)diff["from"], (string?)diff["to"], (long)diff["changeCount"]!, (bool)diff["truncated"]!));
        Assert.Equal(["update /entity/a/x", "delete /entity/b", "create /file/src~1f"], diff["changes"]!.AsArray().Select(c => $"{c!["operation"]} {c["path"]}"));
        var change = diff["changes"]![0]!;
        Assert.Equal(("1", "2", "ann"), (change["oldValue"]!.ToJsonString(), change["newValue"]!.ToJsonString(), (string?)change["metadata"]!["agentId"]));
        Assert.Equal((1L, 1L, 1L), ((long)diff["summary"]!["created"]!, (long)diff["summary"]!["updated"]!, (long)diff["summary"]!["deleted"]!));

        Assert.Equal(2, (long)(await memento.GetAsync($"{_ws}/rollback-points/{first}/diff?to={second}")).Ok()["changeCount"]!);
        Assert.Equal(3, (long)(await memento.GetAsync($"{_ws}/rollback-points/{first}/diff?to=current&format=changes")).Ok()["changeCount"]!);
        var back = (await memento.GetAsync($"{_ws}/rollback-points/{second}/diff?to={first}")).Ok();
        Assert.Equal(["update 2 1", "create  {}"], back["changes"]!.AsArray().Select(c => $"{c!["operation"]} {c["oldValue"]?.ToJsonString()} {c["newValue"]?.ToJsonString()}"));
        Assert.Equal(3, (await memento.GetAsync($"{_ws}/rollback-points/{first}/diff?format=visual")).Ok()["documents"]!.AsArray().Count);
        (await memento.GetAsync($"{_ws}/rollback-points/{first}/diff?format=pretty")).Refused(422, "VALIDATION_FAILED", "format");
        (await memento.GetAsync($"{_ws}/rollback-points/{first}/diff?to=rp-none")).Refused(404, "ROLLBACK_NOT_FOUND");
        (await memento.GetAsync($"{_ws}/rollback-points/rp-none/diff")).Refused(404, "ROLLBACK_NOT_FOUND");
    }

    [Fact]
    public async Task A_previewed_rollback_is_accepted_with_its_address_and_carried_out()
    {
        await PutAsync("entity/a", """{"x":1}""");
        var point = await PointAsync();
        await PutAsync("entity/a", """{"x":2}""", "ann");
        await PutAsync("entity/b", "{}", "ann");
        await PutAsync("entity/c", "{}", "bob");

        var preview = (await memento.PostAsync($"{_ws}/rollback-points/{point}/preview", """{"selection":{"agents":["ann"]}}""")).Ok();
        Assert.Equal((2L, 1L, 1L), ((long)preview["totalChanges"]!, (long)preview["changesByType"]!["update"]!, (long)preview["changesByType"]!["delete"]!));
        Assert.Equal("""["a","b"]""", preview["affectedItems"]!["entity"]!.ToJsonString());
        Assert.Equal("""{"required":[],"affected":[],"circular":[]}""", preview["dependencies"]!.ToJsonString());
        Assert.Equal(("immediate", 0), ((string?)preview["recommendedStrategy"], preview["conflicts"]!.AsArray().Count));
        Assert.NotNull(preview["estimatedDurationMs"]);

        var accepted = await memento.PostAsync($"{_ws}/rollback-points/{point}/rollbacks", $$$"""{"type":"selective","strategy":"safe","conflictStrategy":"abort","selection":{"agents":["ann"]},"previewToken":"{{{preview["previewToken"]}}}","agentId":"zoe"}""");
        var operation = accepted.Ok(202);
        Assert.Equal($"{_ws}/rollbacks/{operation["operationId"]}", accepted.Location);
        Assert.StartsWith("op-", (string)operation["operationId"]!, StringComparison.Ordinal);
        var over = await OverAsync(accepted.Location!);

        Assert.Equal(("completed", 100, "safe", "zoe"), ((string?)over["status"], (int)over["progress"]!, (string?)over["strategy"], (string?)over["agentId"]));
        foreach (var member in (string[])["log", "conflicts", "recoveryPointId", "startedAt", "completedAt", "error", "totalChanges", "appliedChanges"]) Assert.True(over.AsObject().ContainsKey(member), member);
        Assert.Equal("""{"x":1}""", (await memento.GetAsync($"{_ws}/documents/entity/a")).Body);
        (await memento.GetAsync($"{_ws}/documents/entity/b")).Refused(404, "DOCUMENT_NOT_FOUND");
        Assert.Equal(200, (int)(await memento.GetAsync($"{_ws}/documents/entity/c")).Status);
        Assert.Equal((string?)operation["operationId"], (string?)(await memento.GetAsync($"{_ws}/rollbacks?status=completed&limit=1")).Ok()["items"]![0]!["operationId"]);
        Assert.Empty((await memento.GetAsync($"{_ws}/rollbacks?status=failed")).Ok()["items"]!.AsArray());
    }

    [Fact]
    public async Task A_rollback_needs_no_body_and_a_point_that_is_gone_is_said()
    {
        await PutAsync("entity/a", """{"x":1}""");
        var point = await PointAsync();
        var root = (await memento.GetAsync(_ws)).Ok()["root"]!.ToString();
        await PutAsync("entity/a", """{"x":2}""");

        var over = await OverAsync((await memento.PostAsync($"{_ws}/rollback-points/{point}/rollbacks", null)).Location!);

        Assert.Equal(("completed", "full", "safe", "abort"), ((string?)over["status"], (string?)over["type"], (string?)over["strategy"], (string?)over["conflictStrategy"]));
        Assert.Equal(root, (await memento.GetAsync(_ws)).Ok()["root"]!.ToString());
        (await memento.PostAsync($"{_ws}/rollback-points/rp-none/rollbacks", null)).Refused(404, "ROLLBACK_NOT_FOUND");
        (await memento.PostAsync($"{_ws}/rollback-points/rp-none/preview", null)).Refused(404, "ROLLBACK_NOT_FOUND");
        Assert.Equal(204, (int)(await memento.DeleteAsync($"{_ws}/rollback-points/{point}")).Status);
        (await memento.PostAsync($"{_ws}/rollback-points/{point}/rollbacks", null)).Refused(404, "ROLLBACK_NOT_FOUND");
        foreach (var path in (string[])["rollbacks/op-none", "rollbacks/op-none/stream"]) (await memento.GetAsync($"{_ws}/{path}")).Refused(404, "OPERATION_NOT_FOUND");
        foreach (var path in (string[])["cancel", "undo"]) (await memento.PostAsync($"{_ws}/rollbacks/op-none/{path}", null)).Refused(404, "OPERATION_NOT_FOUND");
    }

    [Fact]
    public async Task A_stale_token_is_answered_with_a_preview_of_what_is_now()
    {
        await PutAsync("entity/a", """{"x":1}""");
        var point = await PointAsync();
        await PutAsync("entity/a", """{"x":2}""");
        var token = (string)(await memento.PostAsync($"{_ws}/rollback-points/{point}/preview", null)).Ok()["previewToken"]!;
        await PutAsync("entity/b", "{}");

        var stale = (await memento.PostAsync($"{_ws}/rollback-points/{point}/rollbacks", $$"""{"previewToken":"{{token}}"}""")).Refused(409, "STALE_PREVIEW");

        var preview = stale.Json["preview"]!;
        Assert.Equal(2, (long)preview["totalChanges"]!);
        var over = await OverAsync((await memento.PostAsync($"{_ws}/rollback-points/{point}/rollbacks", $$"""{"previewToken":"{{preview["previewToken"]}}"}""")).Location!);
        Assert.Equal("completed", (string?)over["status"]);
        (await memento.PostAsync($"{_ws}/rollback-points/{point}/rollbacks", """{"previewToken":"nonsense"}""")).Refused(422, "VALIDATION_FAILED", "previewToken");
    }

    [Fact]
    public async Task A_stream_tells_the_progress_and_ends_when_it_is_over()
    {
        var point = await ChangeAsync(6);
        var location = (await memento.PostAsync($"{_ws}/rollback-points/{point}/rollbacks", """{"strategy":"gradual","batchSize":2,"delayMs":50}""")).Location!;

        var live = await memento.GetAsync($"{location}/stream");
        var after = await memento.GetAsync($"{location}/stream");

        foreach (var stream in (Answer[])[live, after])
        {
            Assert.Equal((200, "text/event-stream"), ((int)stream.Status, stream.ContentType));
            Assert.Contains("\nevent: completed\n", $"\n{stream.Body}", StringComparison.Ordinal);
            Assert.Contains("\nevent: end\n", stream.Body, StringComparison.Ordinal);
            var last = stream.Body.Split('\n').Last(line => line.StartsWith("data: {\"operationId\"", StringComparison.Ordinal));
            Assert.Equal(100, (int)JsonNode.Parse(last[6..])!["progress"]!);
        }

        Assert.Single(after.Body.Split('\n'), line => line.StartsWith("event: ", StringComparison.Ordinal) && line != "event: end");
    }

    [Fact]
    public async Task A_running_rollback_is_cancelled_and_a_completed_one_undone()
    {
        var point = await ChangeAsync(4);
        var before = (await memento.GetAsync(_ws)).Ok()["root"]!.ToString();
        var slow = (await memento.PostAsync($"{_ws}/rollback-points/{point}/rollbacks", """{"strategy":"gradual","batchSize":1,"delayMs":3600000}""")).Location!;
        (await memento.PostAsync($"{slow}/undo", null)).Refused(409, "ROLLBACK_CONFLICT");
        var cancelled = await memento.PostAsync($"{slow}/cancel", null);
        Assert.Equal((202, slow), ((int)cancelled.Status, cancelled.Location));
        Assert.Equal("cancelled", (string?)(await OverAsync(slow))["status"]);
        Assert.Equal(before, (await memento.GetAsync(_ws)).Ok()["root"]!.ToString());
        (await memento.PostAsync($"{slow}/cancel", null)).Refused(409, "ROLLBACK_CONFLICT");

        var done = (await memento.PostAsync($"{_ws}/rollback-points/{point}/rollbacks", """{"strategy":"immediate"}""")).Location!;
        await OverAsync(done);
        var undo = await memento.PostAsync($"{done}/undo", """{"agentId":"zoe"}""");
        undo.Ok(202);
        Assert.NotEqual(done, undo.Location);
        var over = await OverAsync(undo.Location!);
        Assert.Equal(("completed", done.Split('/')[^1], "zoe"), ((string?)over["status"], (string?)over["undoOf"], (string?)over["agentId"]));
        Assert.Equal(before, (await memento.GetAsync(_ws)).Ok()["root"]!.ToString());
        Assert.Equal(undo.Location, (await memento.PostAsync($"{done}/undo", null)).Location);
        (await memento.PostAsync($"{done}/undo", """{"agentId":""}""")).Refused(422, "VALIDATION_FAILED", "agentId");
    }

    [Fact]
    public async Task Conflicts_are_listed_shown_and_settled_one_by_one_and_together()
    {
        foreach (var id in (string[])["a", "b", "c"]) await PutAsync($"entity/{id}", """{"x":1}""");
        var point = await PointAsync();
        foreach (var (agent, value) in ((string, int)[])[("ann", 2), ("bob", 3)])
            foreach (var id in (string[])["a", "b", "c"]) await PutAsync($"entity/{id}", $$"""{"x":{{value}}}""", agent);
        var rollback = (await memento.PostAsync($"{_ws}/rollback-points/{point}/rollbacks", """{"conflictStrategy":"ask_user","selection":{"agents":["ann"]}}""")).Location!;
        Assert.Equal(3, (long)(await OverAsync(rollback))["conflictCount"]!);

        var listed = (await memento.GetAsync($"{_ws}/conflicts?status=open&rollback={rollback.Split('/')[^1]}&limit=2")).Ok();
        Assert.Equal(2, listed["items"]!.AsArray().Count);
        var rest = (await memento.GetAsync($"{_ws}/conflicts?status=open&limit=2&cursor={listed["nextCursor"]}")).Ok();
        var ids = listed["items"]!.AsArray().Concat(rest["items"]!.AsArray()).Select(c => (string)c!["conflictId"]!).ToArray();
        Assert.Equal(3, ids.Distinct().Count());

        var details = (await memento.GetAsync($"{_ws}/conflicts/{ids[0]}")).Ok();
        Assert.Equal(("value_mismatch", "open"), ((string?)details["conflict"]!["type"], (string?)details["conflict"]!["status"]));
        Assert.Equal("""{"x":3}""", details["currentValue"]!.ToJsonString());
        Assert.NotNull(details["diff"]);
        Assert.Contains("smart-merge", details["options"]!.AsArray().Select(o => (string)o!["choice"]!));

        (await memento.PostAsync($"{_ws}/conflicts/{ids[0]}/resolution", """{"choice":"value"}""")).Refused(422, "VALIDATION_FAILED", "value");
        (await memento.PostAsync($"{_ws}/conflicts/{ids[0]}/resolution", """{"choice":"perhaps"}""")).Refused(422, "VALIDATION_FAILED", "choice");
        var resolved = (await memento.PostAsync($"{_ws}/conflicts/{ids[0]}/resolution", """{"choice":"value","value":{"x":"own"},"agentId":"zoe"}""")).Ok();
        Assert.Equal(("resolved", "value", "zoe"), ((string?)resolved["status"], (string?)resolved["resolution"], (string?)resolved["resolvedBy"]));
        Assert.Equal("""{"x":"own"}""", (await memento.GetAsync($"{_ws}/documents/entity/{resolved["id"]}")).Body);
        (await memento.PostAsync($"{_ws}/conflicts/{ids[0]}/resolution", """{"choice":"keep-current"}""")).Refused(409, "ROLLBACK_CONFLICT");
        (await memento.PostAsync($"{_ws}/conflicts/conf-none/resolution", """{"choice":"keep-current"}""")).Refused(404, "CONFLICT_NOT_FOUND");
        (await memento.GetAsync($"{_ws}/conflicts/conf-none")).Refused(404, "CONFLICT_NOT_FOUND");

        var together = (await memento.PostAsync($"{_ws}/conflicts/resolutions", $$"""{"conflictIds":["{{ids[1]}}","conf-none","{{ids[2]}}"],"choice":"use-rollback"}""")).Ok()["results"]!.AsArray();
        Assert.Equal(["resolved", null, "resolved"], together.Select(r => (string?)r!["status"]));
        Assert.Equal("CONFLICT_NOT_FOUND", (string?)together[1]!["error"]!["code"]);
        Assert.Equal("""{"x":1}""", (await memento.GetAsync($"{_ws}/documents/entity/{(await memento.GetAsync($"{_ws}/conflicts/{ids[1]}")).Ok()["conflict"]!["id"]}")).Body);
        Assert.Empty((await memento.GetAsync($"{_ws}/conflicts?status=open")).Ok()["items"]!.AsArray());
        Assert.Equal(3, (await memento.GetAsync($"{_ws}/conflicts")).Ok()["items"]!.AsArray().Count);
        (await memento.PostAsync($"{_ws}/conflicts/resolutions", """{"conflictIds":[],"choice":"use-rollback"}""")).Refused(422, "VALIDATION_FAILED", "conflictIds");
        (await memento.PostAsync($"{_ws}/conflicts/resolutions", """{"conflictIds":["x"],"choice":"value"}""")).Refused(422, "VALIDATION_FAILED", "choice");
    }

    [Fact]
    public async Task A_dry_run_answers_with_what_it_would_do()
    {
        var point = await ChangeAsync(3);

        var over = await OverAsync((await memento.PostAsync($"{_ws}/rollback-points/{point}/rollbacks", """{"type":"dry_run"}""")).Location!);

        Assert.Equal(("completed", 3L, 3L, 0L), ((string?)over["status"], (long)over["totalChanges"]!, (long)over["preview"]!["totalChanges"]!, (long)over["appliedChanges"]!));
        Assert.Null(over["recoveryPointId"]);
    }

    [Fact]
    public async Task The_same_idempotency_key_is_the_same_rollback()
    {
        var point = await ChangeAsync(2);
        var path = $"{_ws}/rollback-points/{point}/rollbacks";

        var first = await memento.PostAsync(path, """{"strategy":"safe"}""", ("Idempotency-Key", "k"));
        await OverAsync(first.Location!);
        var again = await memento.PostAsync(path, """{"strategy":"safe"}""", ("Idempotency-Key", "k"));
        var atOnce = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => memento.PostAsync(path, """{"type":"dry_run"}""", ("Idempotency-Key", "l"))));

        Assert.Equal((first.Location, first.Body), (again.Location, again.Body));
        Assert.Single(atOnce.Select(a => a.Ok(202).ToJsonString()).Distinct());
        (await memento.PostAsync(path, """{"strategy":"force"}""", ("Idempotency-Key", "k"))).Refused(409, "IDEMPOTENCY_KEY_REUSED");
        Assert.Equal(2, (await memento.GetAsync($"{_ws}/rollbacks")).Ok()["items"]!.AsArray().Count);
    }

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
        await PutAsync("entity/a", "{}");
        var point = await PointAsync();

        (await memento.PostAsync($"{_ws}/rollback-points/{point}/rollbacks", body)).Refused(422, "VALIDATION_FAILED", field);
        if (field is "batchSize" or "delayMs" or "agentId" or "type" || body.Contains("\"type\":\"full\"", StringComparison.Ordinal) || body.Contains("\"type\":\"selective\"", StringComparison.Ordinal) || body.Contains("\"type\":\"partial\"", StringComparison.Ordinal)) return;
        (await memento.PostAsync($"{_ws}/rollback-points/{point}/preview", body)).Refused(422, "VALIDATION_FAILED", field);
        Assert.Empty((await memento.GetAsync($"{_ws}/rollbacks")).Ok()["items"]!.AsArray());
    }

    [Theory]
    [InlineData("rollbacks?status=over", "status")]
    [InlineData("rollbacks?limit=0", "limit")]
    [InlineData("rollbacks?cursor=nonsense", "cursor")]
    [InlineData("conflicts?status=over", "status")]
    [InlineData("conflicts?cursor=nonsense", "cursor")]
    [InlineData("conflicts?limit=501", "limit")]
    public async Task A_bad_parameter_is_named(string query, string field) => (await memento.GetAsync($"{_ws}/{query}")).Refused(422, "VALIDATION_FAILED", field);

    [Fact]
    public async Task What_is_no_json_is_malformed() => (await memento.PostAsync($"{_ws}/rollback-points/rp-x/rollbacks", "{")).Refused(400, "MALFORMED_REQUEST", "body");

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

    private async Task PutAsync(string document, string json, string? agent = null)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        var answer = await memento.SendAsync(HttpMethod.Put, $"{_ws}/documents/{document}{(agent is null ? "" : $"?agent={agent}")}", content);
        Assert.True((int)answer.Status is 200 or 201, answer.Body);
    }

    private async Task<string> PointAsync() => (string)(await memento.PostAsync($"{_ws}/rollback-points", """{"name":"point"}""")).Ok(201)["rollbackPointId"]!;

    /// <summary>Documents that changed since the point.</summary>
    private async Task<string> ChangeAsync(int documents)
    {
        for (var i = 0; i < documents; i++) await PutAsync($"entity/d{i}", """{"x":1}""");
        var point = await PointAsync();
        for (var i = 0; i < documents; i++) await PutAsync($"entity/d{i}", """{"x":2}""", "ann");
        return point;
    }

    private async Task<JsonNode> OverAsync(string location)
    {
        var view = default(JsonNode);
        await JournalRig.UntilAsync(async () =>
        {
            view = (await memento.GetAsync(location)).Ok();
            return (string?)view["status"] is not ("pending" or "in_progress");
        }, "the rollback is over");
        return view!;
    }
}
