using System.Text.Json.Nodes;
using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class RollbackContractTests(MementoFixture memento)
{
    private readonly RollbackHttp _ws = new(memento);

    [Fact]
    public async Task A_diff_lists_what_changed_against_now_or_another_point_and_draws_it()
    {
        await _ws.PutAsync("entity/a", """{"x":1}""");
        await _ws.PutAsync("entity/b", "{}");
        var first = await _ws.PointAsync();
        await _ws.PutAsync("entity/a", """{"x":2}""", "ann");
        await memento.DeleteAsync($"{_ws.Path}/documents/entity/b?agent=bob");
        var second = await _ws.PointAsync();
        await _ws.PutAsync("file/src/f", """{"new":true}""");

        var diff = (await memento.GetAsync($"{_ws.Path}/rollback-points/{first}/diff")).Ok();
        Assert.Equal((first, "current", 3L, false), ((string?)diff["from"], (string?)diff["to"], (long)diff["changeCount"]!, (bool)diff["truncated"]!));
        Assert.Equal(["update /entity/a/x", "delete /entity/b", "create /file/src~1f"], diff["changes"]!.AsArray().Select(c => $"{c!["operation"]} {c["path"]}"));
        var change = diff["changes"]![0]!;
        Assert.Equal(("1", "2", "ann"), (change["oldValue"]!.ToJsonString(), change["newValue"]!.ToJsonString(), (string?)change["metadata"]!["agentId"]));
        Assert.Equal((1L, 1L, 1L), ((long)diff["summary"]!["created"]!, (long)diff["summary"]!["updated"]!, (long)diff["summary"]!["deleted"]!));

        Assert.Equal(2, (long)(await memento.GetAsync($"{_ws.Path}/rollback-points/{first}/diff?to={second}")).Ok()["changeCount"]!);
        Assert.Equal(3, (long)(await memento.GetAsync($"{_ws.Path}/rollback-points/{first}/diff?to=current&format=changes")).Ok()["changeCount"]!);
        var back = (await memento.GetAsync($"{_ws.Path}/rollback-points/{second}/diff?to={first}")).Ok();
        Assert.Equal(["update 2 1", "create  {}"], back["changes"]!.AsArray().Select(c => $"{c!["operation"]} {c["oldValue"]?.ToJsonString()} {c["newValue"]?.ToJsonString()}"));
        Assert.Equal(3, (await memento.GetAsync($"{_ws.Path}/rollback-points/{first}/diff?format=visual")).Ok()["documents"]!.AsArray().Count);
        (await memento.GetAsync($"{_ws.Path}/rollback-points/{first}/diff?format=pretty")).Refused(422, "VALIDATION_FAILED", "format");
        (await memento.GetAsync($"{_ws.Path}/rollback-points/{first}/diff?to=rp-none")).Refused(404, "ROLLBACK_NOT_FOUND");
        (await memento.GetAsync($"{_ws.Path}/rollback-points/rp-none/diff")).Refused(404, "ROLLBACK_NOT_FOUND");
    }

    [Fact]
    public async Task A_previewed_rollback_is_accepted_with_its_address_and_carried_out()
    {
        await _ws.PutAsync("entity/a", """{"x":1}""");
        var point = await _ws.PointAsync();
        await _ws.PutAsync("entity/a", """{"x":2}""", "ann");
        await _ws.PutAsync("entity/b", "{}", "ann");
        await _ws.PutAsync("entity/c", "{}", "bob");

        var preview = (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/preview", """{"selection":{"agents":["ann"]}}""")).Ok();
        Assert.Equal((2L, 1L, 1L), ((long)preview["totalChanges"]!, (long)preview["changesByType"]!["update"]!, (long)preview["changesByType"]!["delete"]!));
        Assert.Equal("""["a","b"]""", preview["affectedItems"]!["entity"]!.ToJsonString());
        Assert.Equal("""{"required":[],"affected":[],"circular":[]}""", preview["dependencies"]!.ToJsonString());
        Assert.Equal(("immediate", 0), ((string?)preview["recommendedStrategy"], preview["conflicts"]!.AsArray().Count));
        Assert.NotNull(preview["estimatedDurationMs"]);

        var accepted = await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", $$$"""{"type":"selective","strategy":"safe","conflictStrategy":"abort","selection":{"agents":["ann"]},"previewToken":"{{{preview["previewToken"]}}}","agentId":"zoe"}""");
        var operation = accepted.Ok(202);
        Assert.Equal($"{_ws.Path}/rollbacks/{operation["operationId"]}", accepted.Location);
        Assert.StartsWith("op-", (string)operation["operationId"]!, StringComparison.Ordinal);
        var over = await _ws.OverAsync(accepted.Location!);

        Assert.Equal(("completed", 100, "safe", "zoe"), ((string?)over["status"], (int)over["progress"]!, (string?)over["strategy"], (string?)over["agentId"]));
        foreach (var member in (string[])["log", "conflicts", "recoveryPointId", "startedAt", "completedAt", "error", "totalChanges", "appliedChanges"]) Assert.True(over.AsObject().ContainsKey(member), member);
        Assert.Equal("""{"x":1}""", (await memento.GetAsync($"{_ws.Path}/documents/entity/a")).Body);
        (await memento.GetAsync($"{_ws.Path}/documents/entity/b")).Refused(404, "DOCUMENT_NOT_FOUND");
        Assert.Equal(200, (int)(await memento.GetAsync($"{_ws.Path}/documents/entity/c")).Status);
        Assert.Equal((string?)operation["operationId"], (string?)(await memento.GetAsync($"{_ws.Path}/rollbacks?status=completed&limit=1")).Ok()["items"]![0]!["operationId"]);
        Assert.Empty((await memento.GetAsync($"{_ws.Path}/rollbacks?status=failed")).Ok()["items"]!.AsArray());
    }

    [Fact]
    public async Task A_rollback_needs_no_body_and_a_point_that_is_gone_is_said()
    {
        await _ws.PutAsync("entity/a", """{"x":1}""");
        var point = await _ws.PointAsync();
        var root = (await memento.GetAsync(_ws.Path)).Ok()["root"]!.ToString();
        await _ws.PutAsync("entity/a", """{"x":2}""");

        var over = await _ws.OverAsync((await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", null)).Location!);

        Assert.Equal(("completed", "full", "safe", "abort"), ((string?)over["status"], (string?)over["type"], (string?)over["strategy"], (string?)over["conflictStrategy"]));
        Assert.Equal(root, (await memento.GetAsync(_ws.Path)).Ok()["root"]!.ToString());
        (await memento.PostAsync($"{_ws.Path}/rollback-points/rp-none/rollbacks", null)).Refused(404, "ROLLBACK_NOT_FOUND");
        (await memento.PostAsync($"{_ws.Path}/rollback-points/rp-none/preview", null)).Refused(404, "ROLLBACK_NOT_FOUND");
        Assert.Equal(204, (int)(await memento.DeleteAsync($"{_ws.Path}/rollback-points/{point}")).Status);
        (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", null)).Refused(404, "ROLLBACK_NOT_FOUND");
        var brief = (string)(await memento.PostAsync($"{_ws.Path}/rollback-points", """{"name":"brief","ttlSeconds":1}""")).Ok(201)["rollbackPointId"]!;
        memento.Clock.PutForward(TimeSpan.FromSeconds(2));
        (await memento.PostAsync($"{_ws.Path}/rollback-points/{brief}/rollbacks", null)).Refused(410, "ROLLBACK_EXPIRED");
        (await memento.PostAsync($"{_ws.Path}/rollback-points/{brief}/preview", null)).Refused(410, "ROLLBACK_EXPIRED");
        (await memento.GetAsync($"{_ws.Path}/rollback-points/{brief}/diff")).Refused(410, "ROLLBACK_EXPIRED");
        foreach (var path in (string[])["rollbacks/op-none", "rollbacks/op-none/stream"]) (await memento.GetAsync($"{_ws.Path}/{path}")).Refused(404, "OPERATION_NOT_FOUND");
        foreach (var path in (string[])["cancel", "undo"]) (await memento.PostAsync($"{_ws.Path}/rollbacks/op-none/{path}", null)).Refused(404, "OPERATION_NOT_FOUND");
    }

    [Fact]
    public async Task A_stale_token_is_answered_with_a_preview_of_what_is_now()
    {
        await _ws.PutAsync("entity/a", """{"x":1}""");
        var point = await _ws.PointAsync();
        await _ws.PutAsync("entity/a", """{"x":2}""");
        var token = (string)(await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/preview", null)).Ok()["previewToken"]!;
        await _ws.PutAsync("entity/b", "{}");

        var stale = (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", $$"""{"previewToken":"{{token}}"}""")).Refused(409, "STALE_PREVIEW");

        var preview = stale.Json["preview"]!;
        Assert.Equal(2, (long)preview["totalChanges"]!);
        var over = await _ws.OverAsync((await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", $$"""{"previewToken":"{{preview["previewToken"]}}"}""")).Location!);
        Assert.Equal("completed", (string?)over["status"]);
        (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", """{"previewToken":"nonsense"}""")).Refused(422, "VALIDATION_FAILED", "previewToken");
    }

    [Fact]
    public async Task A_stream_tells_the_progress_and_ends_when_it_is_over()
    {
        var point = await _ws.ChangeAsync(6);
        var location = (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", """{"strategy":"gradual","batchSize":2,"delayMs":50}""")).Location!;

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
        var point = await _ws.ChangeAsync(4);
        var before = (await memento.GetAsync(_ws.Path)).Ok()["root"]!.ToString();
        var slow = (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", """{"strategy":"gradual","batchSize":1,"delayMs":3600000}""")).Location!;
        (await memento.PostAsync($"{slow}/undo", null)).Refused(409, "ROLLBACK_CONFLICT");
        var cancelled = await memento.PostAsync($"{slow}/cancel", null);
        Assert.Equal((202, slow), ((int)cancelled.Status, cancelled.Location));
        Assert.Equal("cancelled", (string?)(await _ws.OverAsync(slow))["status"]);
        Assert.Equal(before, (await memento.GetAsync(_ws.Path)).Ok()["root"]!.ToString());
        (await memento.PostAsync($"{slow}/cancel", null)).Refused(409, "ROLLBACK_CONFLICT");

        var done = (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", """{"strategy":"immediate"}""")).Location!;
        await _ws.OverAsync(done);
        var undo = await memento.PostAsync($"{done}/undo", """{"agentId":"zoe"}""");
        undo.Ok(202);
        Assert.NotEqual(done, undo.Location);
        var over = await _ws.OverAsync(undo.Location!);
        Assert.Equal(("completed", done.Split('/')[^1], "zoe"), ((string?)over["status"], (string?)over["undoOf"], (string?)over["agentId"]));
        Assert.Equal(before, (await memento.GetAsync(_ws.Path)).Ok()["root"]!.ToString());
        Assert.Equal(undo.Location, (await memento.PostAsync($"{done}/undo", null)).Location);
        (await memento.PostAsync($"{done}/undo", """{"agentId":""}""")).Refused(422, "VALIDATION_FAILED", "agentId");
    }

    [Fact]
    public async Task Conflicts_are_listed_shown_and_settled_one_by_one_and_together()
    {
        foreach (var id in (string[])["a", "b", "c"]) await _ws.PutAsync($"entity/{id}", """{"x":1}""");
        var point = await _ws.PointAsync();
        foreach (var (agent, value) in ((string, int)[])[("ann", 2), ("bob", 3)])
            foreach (var id in (string[])["a", "b", "c"]) await _ws.PutAsync($"entity/{id}", $$"""{"x":{{value}}}""", agent);
        var rollback = (await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", """{"conflictStrategy":"ask_user","selection":{"agents":["ann"]}}""")).Location!;
        Assert.Equal(3, (long)(await _ws.OverAsync(rollback))["conflictCount"]!);

        var listed = (await memento.GetAsync($"{_ws.Path}/conflicts?status=open&rollback={rollback.Split('/')[^1]}&limit=2")).Ok();
        Assert.Equal(2, listed["items"]!.AsArray().Count);
        var rest = (await memento.GetAsync($"{_ws.Path}/conflicts?status=open&limit=2&cursor={listed["nextCursor"]}")).Ok();
        var ids = listed["items"]!.AsArray().Concat(rest["items"]!.AsArray()).Select(c => (string)c!["conflictId"]!).ToArray();
        Assert.Equal(3, ids.Distinct().Count());

        var details = (await memento.GetAsync($"{_ws.Path}/conflicts/{ids[0]}")).Ok();
        Assert.Equal(("value_mismatch", "open"), ((string?)details["conflict"]!["type"], (string?)details["conflict"]!["status"]));
        Assert.Equal("""{"x":3}""", details["currentValue"]!.ToJsonString());
        Assert.NotNull(details["diff"]);
        Assert.Contains("smart-merge", details["options"]!.AsArray().Select(o => (string)o!["choice"]!));

        (await memento.PostAsync($"{_ws.Path}/conflicts/{ids[0]}/resolution", """{"choice":"value"}""")).Refused(422, "VALIDATION_FAILED", "value");
        (await memento.PostAsync($"{_ws.Path}/conflicts/{ids[0]}/resolution", """{"choice":"perhaps"}""")).Refused(422, "VALIDATION_FAILED", "choice");
        var resolved = (await memento.PostAsync($"{_ws.Path}/conflicts/{ids[0]}/resolution", """{"choice":"value","value":{"x":"own"},"agentId":"zoe"}""")).Ok();
        Assert.Equal(("resolved", "value", "zoe"), ((string?)resolved["status"], (string?)resolved["resolution"], (string?)resolved["resolvedBy"]));
        Assert.Equal("""{"x":"own"}""", (await memento.GetAsync($"{_ws.Path}/documents/entity/{resolved["id"]}")).Body);
        (await memento.PostAsync($"{_ws.Path}/conflicts/{ids[0]}/resolution", """{"choice":"keep-current"}""")).Refused(409, "ROLLBACK_CONFLICT");
        (await memento.PostAsync($"{_ws.Path}/conflicts/conf-none/resolution", """{"choice":"keep-current"}""")).Refused(404, "CONFLICT_NOT_FOUND");
        (await memento.GetAsync($"{_ws.Path}/conflicts/conf-none")).Refused(404, "CONFLICT_NOT_FOUND");

        var together = (await memento.PostAsync($"{_ws.Path}/conflicts/resolutions", $$"""{"conflictIds":["{{ids[1]}}","conf-none","{{ids[2]}}"],"choice":"use-rollback"}""")).Ok()["results"]!.AsArray();
        Assert.Equal(["resolved", null, "resolved"], together.Select(r => (string?)r!["status"]));
        Assert.Equal("CONFLICT_NOT_FOUND", (string?)together[1]!["error"]!["code"]);
        Assert.Equal("""{"x":1}""", (await memento.GetAsync($"{_ws.Path}/documents/entity/{(await memento.GetAsync($"{_ws.Path}/conflicts/{ids[1]}")).Ok()["conflict"]!["id"]}")).Body);
        Assert.Empty((await memento.GetAsync($"{_ws.Path}/conflicts?status=open")).Ok()["items"]!.AsArray());
        Assert.Equal(3, (await memento.GetAsync($"{_ws.Path}/conflicts")).Ok()["items"]!.AsArray().Count);
        (await memento.PostAsync($"{_ws.Path}/conflicts/resolutions", """{"conflictIds":[],"choice":"use-rollback"}""")).Refused(422, "VALIDATION_FAILED", "conflictIds");
        (await memento.PostAsync($"{_ws.Path}/conflicts/resolutions", """{"conflictIds":["x"],"choice":"value"}""")).Refused(422, "VALIDATION_FAILED", "choice");
    }

    [Fact]
    public async Task A_dry_run_answers_with_what_it_would_do()
    {
        var point = await _ws.ChangeAsync(3);

        var over = await _ws.OverAsync((await memento.PostAsync($"{_ws.Path}/rollback-points/{point}/rollbacks", """{"type":"dry_run"}""")).Location!);

        Assert.Equal(("completed", 3L, 3L, 0L), ((string?)over["status"], (long)over["totalChanges"]!, (long)over["preview"]!["totalChanges"]!, (long)over["appliedChanges"]!));
        Assert.Null(over["recoveryPointId"]);
    }

    [Fact]
    public async Task The_same_idempotency_key_is_the_same_rollback()
    {
        var point = await _ws.ChangeAsync(2);
        var path = $"{_ws.Path}/rollback-points/{point}/rollbacks";

        var first = await memento.PostAsync(path, """{"strategy":"safe"}""", ("Idempotency-Key", "k"));
        await _ws.OverAsync(first.Location!);
        var again = await memento.PostAsync(path, """{"strategy":"safe"}""", ("Idempotency-Key", "k"));
        var atOnce = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => memento.PostAsync(path, """{"type":"dry_run"}""", ("Idempotency-Key", "l"))));

        Assert.Equal((first.Location, first.Body), (again.Location, again.Body));
        Assert.Single(atOnce.Select(a => a.Ok(202).ToJsonString()).Distinct());
        (await memento.PostAsync(path, """{"strategy":"force"}""", ("Idempotency-Key", "k"))).Refused(409, "IDEMPOTENCY_KEY_REUSED");
        Assert.Equal(2, (await memento.GetAsync($"{_ws.Path}/rollbacks")).Ok()["items"]!.AsArray().Count);
    }
}
