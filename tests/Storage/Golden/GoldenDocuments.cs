using System.Text.Json.Nodes;

namespace Memento.Tests.Storage.Golden;

/// <summary>The sessions, documents, rollback points, rollbacks and conflicts of a golden store.</summary>
internal sealed class GoldenDocuments(GoldenWorkspace ws)
{
    /// <summary>Names that are known before the store is made; the test continues with them.</summary>
    public const string Session = "s-active";

    /// <summary>A point that is pinned and never expires.</summary>
    public string Point { get; private set; } = "";

    /// <summary>Makes all of it, in the order in which it would happen.</summary>
    public async Task MakeAsync()
    {
        await SessionsAsync();
        await DocumentsAsync();
        await PointsAsync();
        await PoliciesAsync();
        await CompletedAndUndoneAsync();
        await ConflictsAsync();
        await OtherEndsAsync();
    }

    private async Task SessionsAsync()
    {
        await ws.PostAsync("sessions", $$"""
            {"agentId":"ada","sessionId":"{{Session}}","ttlSeconds":604800,"metadata":{"branch":"main"},"initialEntityIds":["src/main.c"]}
            """, "session-1");
        await ws.PostAsync($"sessions/{Session}/events", """
            [{"type":"modified","actor":"ada",
              "changeInfo":{"elementType":"function","entityIds":["src/main.c","parse"],"operation":"modified","affectedLines":12}},
             {"type":"broke","actor":"ada","changeInfo":{"elementType":"function","entityIds":["parse"],"operation":"modified"},
              "stateTransition":{"from":"working","to":"broken","verifiedBy":"test","confidence":0.9},
              "impact":{"severity":"high","testsFailed":["parses_numbers"],"perfDelta":-2.5}}]
            """, "events-1");
        await ws.PostAsync($"sessions/{Session}/checkpoints", """{"graceTtlSeconds":604800,"includeFailureSnapshot":true}""");
        await ws.PostAsync($"sessions/{Session}/join", """{"agentId":"bob"}""");
        ws.Server.Pass(TimeSpan.FromSeconds(3));
        await ws.PostAsync($"sessions/{Session}/events", """
            {"type":"test_pass","actor":"bob","changeInfo":{"elementType":"spec","entityIds":["parse"],"operation":"modified"},
             "stateTransition":{"from":"broken","to":"working","verifiedBy":"test","confidence":1},"metadata":{"run":7,"text":"größer ✓"}}
            """);

        await BeginAsync("s-handed", "ada");
        await ws.PostAsync("sessions/s-handed/handoff", """
            {"fromAgent":"ada","toAgent":"bob","reason":"needs a reviewer","context":{"next":"run the tests"},"priority":5}
            """);
        await BeginAsync("s-completed", "cy");
        await ws.PostAsync("sessions/s-completed/events", """
            {"type":"modified","actor":"cy","changeInfo":{"elementType":"benchmark","entityIds":[],"operation":"added"},
             "stateTransition":{"from":"working","to":"completed","verifiedBy":"manual","confidence":0.5}}
            """);
        await BeginAsync("s-left", "cy");
        await ws.PostAsync("sessions/s-left/leave", """{"agentId":"cy"}""");
        await ws.PostAsync($"sessions/{Session}/fork", """{"atSeq":3,"agentId":"cy","sessionId":"s-fork"}""");
        await BeginAsync("s-deleted", "ada");
        await ws.DeleteAsync("sessions/s-deleted");
        await ws.PostAsync("sessions", """{"agentId":"ada","sessionId":"s-expired","ttlSeconds":10}""");
        await ws.Server.UntilAsync(
            $"{ws.Path}/sessions?limit=500&active=true", page => !Has(page, "sessionId", "s-expired"), 5 * GoldenServer.Moment);
    }

    private async Task DocumentsAsync()
    {
        foreach (var calls in (string[])["\"read\"", "\"read\",\"skip\""])
            await ws.PutAsync($"documents/entity/parse?session={Session}&agent=ada", $$"""{"name":"parse","calls":[{{calls}}]}""");
        await ws.PutAsync("documents/relationship/parse-read?agent=ada", """{"from":"parse","to":"read","type":"CALLS"}""");
        await ws.PutAsync("documents/configuration/app?agent=ada", """{"debug":false,"level":3,"ratio":0.25,"names":["ä","日本"]}""");
        await ws.PutAsync("documents/metadata/build?agent=ada", """{"number":1}""");
        await ws.PutAsync("documents/session_state/s-active?agent=ada", """{"open":["parse"]}""");
        await ws.PutTextAsync("src/main.c?agent=ada", "int main(void)\n{\n    return 0;\n}\n");
        await ws.PutTextAsync("src/main.c?agent=bob", "int main(void)\n{\n    parse();\n    return 0;\n}\n");
        var lines = Enumerable.Range(0, 400).Select(i => $"Line {i} of a text that is kept apart.\n");
        await ws.PutTextAsync("docs/long.txt?agent=ada", string.Concat(lines));
        await ws.PutFileAsync("logo.png?agent=ada", [0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3, 0xff, 0xfe], "image/png");
        await ws.PutAsync("documents/entity/gone?agent=ada", """{"x":1}""");
        await ws.DeleteAsync("documents/entity/gone?agent=ada");
        await ws.PostAsync("documents/batch", """
            {"agentId":"bob","operations":[{"op":"put","kind":"entity","id":"render","value":{"file":"src/render.c"}},
             {"op":"patch","kind":"entity","id":"parse","patch":[{"op":"add","path":"/calls/-","value":"render"}]}]}
            """, "batch-1");
    }

    private async Task PointsAsync()
    {
        Point = await ws.PointAsync($$"""
            {"name":"before the refactoring","description":"all tests pass","sessionId":"{{Session}}","agentId":"ada",
             "ttlSeconds":0,"metadata":{"tests":214},"pinned":true}
            """);
        await ws.PointAsync("""{"name":"for a year","agentId":"ada","ttlSeconds":31536000}""");
        var deleted = await ws.PointAsync("""{"name":"deleted"}""");
        await ws.DeleteAsync($"rollback-points/{deleted}?agent=ada");
        var expired = await ws.PointAsync("""{"name":"expired","ttlSeconds":5}""");
        await ws.Server.UntilAsync(
            $"{ws.Path}/rollback-points?limit=500", page => !Has(page, "rollbackPointId", expired), 5 * GoldenServer.Moment);
        await ws.PostAsync(
            $"rollback-points/{Point}/sessions", $$"""{"sessionId":"{{Session}}","agentId":"cy","newSessionId":"s-restored"}""");
    }

    private async Task PoliciesAsync()
    {
        await ws.PutAsync("merge-policies?agent=ada", """[{"match":"configuration/**","strategy":"prefer-newer"}]""");
        await ws.PutAsync("merge-policies?agent=ada", """
            [{"match":"entity/src/**","path":"/spec/containers","key":["name"],"strategy":"prefer-newer"},
             {"match":"configuration/**","path":"/level","strategy":"max"},{"match":"metadata/**","as":"set","path":"/tags"}]
            """);
    }

    private async Task CompletedAndUndoneAsync()
    {
        await ws.PutAsync("documents/metadata/build?agent=bob", """{"number":2}""");
        await ws.RollBackAsync(Point, """
            {"type":"selective","strategy":"safe","selection":{"agents":["bob"],"documents":[{"type":"metadata"}]},"agentId":"zoe"}
            """);
        await ws.PutAsync("documents/entity/render?agent=cy", """{"file":"src/render.c","lines":80}""");
        var undone = await ws.RollBackAsync(Point, """
            {"type":"selective","strategy":"immediate","selection":{"agents":["cy"]},"agentId":"zoe"}
            """);
        var undo = await ws.PostAsync($"rollbacks/{undone["operationId"]}/undo", """{"agentId":"zoe"}""");
        await ws.OverAsync((string)undo["operationId"]!);
    }

    private async Task ConflictsAsync()
    {
        foreach (var agent in (string[])["dan", "eve"])
            foreach (var id in (string[])["open", "kept", "merged"])
                await ws.PutAsync($"documents/entity/{id}?agent={agent}", $$"""{"owner":"{{agent}}","list":[1,2,"{{agent}}"]}""");
        await ws.PutAsync("documents/configuration/app?agent=dan", """{"debug":false,"level":5,"ratio":0.25,"names":["ä"]}""");
        await ws.PutAsync("documents/configuration/app?agent=eve", """{"debug":true,"level":7,"ratio":0.5,"names":["ä","b"]}""");
        var rollback = await ws.RollBackAsync(Point, """
            {"type":"selective","strategy":"safe","conflictStrategy":"ask_user","selection":{"agents":["dan"]},"agentId":"zoe"}
            """);
        var conflicts = (await ws.GetAsync($"conflicts?limit=500&rollback={rollback["operationId"]}"))["items"]!.AsArray();
        await ResolveAsync("kept", """{"choice":"keep-current","agentId":"zoe"}""");
        await ResolveAsync("merged", """{"choice":"value","value":{"owner":"both"},"agentId":"zoe"}""");

        Task ResolveAsync(string document, string json) =>
            ws.PostAsync($"conflicts/{conflicts.Single(c => (string?)c!["id"] == document)!["conflictId"]}/resolution", json);
    }

    private async Task OtherEndsAsync()
    {
        await ws.RollBackAsync(Point, """{"type":"dry_run","selection":{"agents":["ada"]}}""");
        await ws.RollBackAsync(Point, """
            {"type":"selective","conflictStrategy":"abort","selection":{"agents":["dan"]},"agentId":"zoe"}
            """);
        for (var i = 0; i < 4; i++) await ws.PutAsync($"documents/entity/slow-{i}?agent=fay", "{}");
        var slow = (string)(await ws.PostAsync($"rollback-points/{Point}/rollbacks", """
            {"type":"selective","strategy":"gradual","batchSize":1,"delayMs":3600000,"selection":{"agents":["fay"]},"agentId":"zoe"}
            """))["operationId"]!;
        await ws.Server.UntilAsync($"{ws.Path}/rollbacks/{slow}", view => (int)view["progress"]! > 0);
        await ws.PostAsync($"rollbacks/{slow}/cancel", """{"agentId":"zoe"}""");
        await ws.OverAsync(slow);
    }

    private async Task BeginAsync(string id, string agent) =>
        await ws.PostAsync("sessions", $$"""{"agentId":"{{agent}}","sessionId":"{{id}}","ttlSeconds":604800}""");

    private static bool Has(JsonNode page, string member, string value) =>
        page["items"]!.AsArray().Any(item => (string?)item![member] == value);
}
