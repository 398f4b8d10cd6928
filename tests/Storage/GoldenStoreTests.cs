using System.Text.Json.Nodes;
using Memento.Storage;
using Memento.Tests.Storage.Golden;
using Xunit;

namespace Memento.Tests.Storage;

/// <summary>Opens stores of earlier versions with the program of this checkout, which answers the same and continues the work.</summary>
public abstract class GoldenStoreTests
{
    public static TheoryData<string> Names => [.. GoldenStore.Names];

    protected abstract StoreKind Kind { get; }

    /// <summary>Copies a golden store to a place of its own.</summary>
    private protected abstract Task<StorageOptions> CopyAsync(GoldenStore store);

    [Theory, MemberData(nameof(Names))]
    public async Task Reads_are_answered_as_by_the_version_that_made_the_store(string name)
    {
        var expected = Expected(name);
        await using var server = await OpenAsync(name);

        var differences = new List<string>();
        foreach (var read in expected["reads"]!.AsArray())
        {
            var path = (string)read!["get"]!;
            if (GoldenReads.Difference(read, await GoldenReads.ReadAsync(server, path)) is { } difference)
                differences.Add($"{path} {difference}");
        }

        Assert.Empty(differences);
        Assert.Null(GoldenReads.Difference(expected["audit"], await GoldenReads.CountAuditAsync(Workspace(server))));
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Waiting_tasks_are_done_in_their_order_under_higher_tokens(string name)
    {
        var expected = Expected(name);
        await using var server = await OpenAsync(name);
        var ws = Workspace(server);

        foreach (var (capability, order) in expected["order"]!.AsObject())
        {
            var taken = await GoldenWork.CompleteAsync(ws, $"new-{capability}", order!.AsArray().Count, capability);
            Assert.Equal(order.AsArray().Select(id => (string)id!), taken.Select(task => task.TaskId));
            Assert.All(taken, task => Assert.True(task.Token > LastToken(expected, task.TaskId), $"{task}"));
        }

        var dependents = await GoldenWork.CompleteAsync(ws, "new-then", 3, "then", "later");
        Assert.Equal(["blocked", "blocked-across", "due"], dependents.Select(task => task.TaskId).Order(StringComparer.Ordinal));
        foreach (var id in (string[])["low", "again", "b5", "blocked", "blocked-across"])
        {
            var task = await ws.GetAsync($"tasks/{id}");
            Assert.Equal(("completed", """{"by":"a newcomer"}"""), ((string?)task["status"], task["result"]!.ToJsonString()));
        }

        var attempts = (await ws.GetAsync("tasks/again"))["history"]!.AsArray();
        Assert.Equal(["failed", "completed"], attempts.Select(attempt => (string?)attempt!["outcome"]));
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Explanations_name_the_reason_why_a_task_does_not_run(string name)
    {
        await using var server = await OpenAsync(name);
        var reasons = new Dictionary<string, string>
        {
            ["low"] = "no_capable_agent", ["blocked"] = "waits_for_tasks", ["blocked-across"] = "waits_for_tasks", ["h1"] = "queue_paused",
            ["backing-off"] = "backing_off", ["running"] = "running", ["done"] = "over", ["failed-twice"] = "over", ["cancelled"] = "over",
        };

        foreach (var (id, reason) in reasons)
        {
            var explanation = await Workspace(server).GetAsync($"tasks/{id}/explain");
            Assert.Equal((id, reason), (id, (string?)explanation["reason"]));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Agents_keep_what_they_had_begun_and_stale_tokens_stay_refused(string name)
    {
        var expected = Expected(name);
        await using var server = await OpenAsync(name);
        var ws = Workspace(server);

        var stale = $$"""{"agentId":"doomed","token":{{Task(expected, "taken-over")["history"]![0]!["token"]}}}""";
        (await ws.SendAsync(HttpMethod.Post, "tasks/taken-over/complete", stale)).Refused(409, "STALE_TOKEN");
        foreach (var (id, agent) in ((string, string)[])[("taken-over", "worker"), ("running", "worker"), ("reviewed", "taker")])
        {
            var done = await ws.ReportAsync("complete", agent, Task(expected, id), ""","result":1""");
            Assert.Equal("completed", (string?)done["status"]);
            Assert.Equal(Task(expected, id)["attempts"]!.ToJsonString(), done["attempts"]!.ToJsonString());
        }

        var assigned = await ws.ReceiveAsync("slow", timePasses: true);
        Assert.Equal(("assigned", 1), ((string?)assigned["taskId"], (int)assigned["attempt"]!));
        Assert.True((long)assigned["token"]! >= LastToken(expected, "assigned"));
        await ws.ReportAsync("complete", "slow", assigned);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Tasks_that_back_off_or_failed_or_lost_their_agent_are_tried_again(string name)
    {
        var expected = Expected(name);
        await using var server = await OpenAsync(name);
        var ws = Workspace(server);

        await AgainAsync("backing-off", attempt: 2, await ws.ReceiveAsync("worker", timePasses: true), "worker");
        await ws.PostAsync("tasks/failed-twice/retry", "{}");
        await AgainAsync("failed-twice", attempt: 1, await ws.ReceiveAsync("worker", timePasses: true), "worker");
        await ws.RegisterAsync("mover", """{"type":"mover","capabilities":["move"]}""");
        var left = await ws.ReceiveAsync("mover", timePasses: true);
        var note = left["handoff"]!;
        Assert.Equal(("leaver", "agent_lost"), ((string?)note["fromAgent"], (string?)note["reason"]));
        Assert.Equal("two of three", (string?)note["progress"]);
        await AgainAsync("left-behind", attempt: 2, left, "mover");

        await ws.PutAsync("queues/held", """{"paused":false}""");
        string?[] held = [await NextAsync(), await NextAsync()];
        Assert.Equal(["h1", "h2"], held.Order(StringComparer.Ordinal));

        async Task<string?> NextAsync()
        {
            var task = await ws.ReceiveAsync("worker", timePasses: true);
            return (string?)(await ws.ReportAsync("complete", "worker", task))["taskId"];
        }

        async Task AgainAsync(string id, int attempt, JsonNode task, string agent)
        {
            Assert.Equal((id, attempt), ((string?)task["taskId"], (int)task["attempt"]!));
            Assert.True((long)task["token"]! > LastToken(expected, id), $"{task}");
            await ws.ReportAsync("complete", agent, task);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Requests_under_an_idempotency_key_are_answered_again(string name)
    {
        var expected = Expected(name);
        await using var server = await OpenAsync(name);

        foreach (var request in expected["repeats"]!.AsArray())
        {
            var (path, key) = ((string)request!["post"]!, (string)request["key"]!);
            var answer = await server.SendAsync(HttpMethod.Post, path, (string)request["json"]!, key);
            Assert.Null(GoldenReads.Difference(request["answer"], answer.Json, path));
            (await server.SendAsync(HttpMethod.Post, path, OtherBody(path), key)).Refused(409, "IDEMPOTENCY_KEY_REUSED");
        }

        static string OtherBody(string path) => path[(path.LastIndexOf('/') + 1)..] switch
        {
            "sessions" => """{"agentId":"another"}""",
            "events" => """{"type":"broke","actor":"another","changeInfo":{"elementType":"spec","entityIds":[],"operation":"added"}}""",
            "tasks" => """{"type":"another"}""",
            "batch" => """{"operations":[{"op":"put","kind":"entity","id":"another","value":1}]}""",
            _ => """{"name":"another"}""",
        };
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Documents_sessions_conflicts_and_rollbacks_continue(string name)
    {
        var expected = Expected(name);
        await using var server = await OpenAsync(name);
        var (ws, point) = (Workspace(server), (string)expected["point"]!);

        var written = await ws.PutAsync("documents/entity/parse?agent=newcomer", """{"name":"parse","is":"new"}""");
        Assert.Equal(1 + (long)Read(expected, "")["seq"]!, (long)written["seq"]!);
        var history = (await ws.GetAsync("documents/entity/parse/history"))["items"]!.AsArray();
        Assert.Equal(1 + Read(expected, "documents/entity/parse/history")["items"]!.AsArray().Count, history.Count);

        var events = await ws.PostAsync($"sessions/{GoldenDocuments.Session}/events", """
            {"type":"modified","actor":"newcomer","changeInfo":{"elementType":"function","entityIds":["parse"],"operation":"modified"}}
            """);
        Assert.Equal(1 + (long)Read(expected, $"sessions/{GoldenDocuments.Session}")["lastSeq"]!, (long)events["firstSeq"]!);

        var conflicts = Read(expected, "conflicts?limit=500")["items"]!.AsArray();
        var open = conflicts.First(conflict => ((string?)conflict!["status"], (string?)conflict["id"]) is ("open", "open"))!["conflictId"];
        var resolved = await ws.PostAsync($"conflicts/{open}/resolution", """{"choice":"use-rollback","agentId":"newcomer"}""");
        Assert.Equal("resolved", (string?)resolved["status"]);

        var rollback = await ws.RollBackAsync(point, """
            {"type":"full","strategy":"safe","conflictStrategy":"overwrite","agentId":"newcomer"}
            """);
        Assert.Equal("completed", (string?)rollback["status"]);
        Assert.Equal((string?)Read(expected, $"rollback-points/{point}")["root"], (string?)(await ws.GetAsync(""))["root"]);
        Assert.Equal(
            Documents(Read(expected, $"documents?limit=500&at={point}")), Documents(await ws.GetAsync("documents?limit=500")));
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_rollback_that_was_under_way_ends_well(string name)
    {
        var expected = Expected(name);
        await using var server = await OpenAsync(name);
        var ws = new GoldenWorkspace(server, GoldenWork.Other);

        var path = $"{ws.Path}/rollbacks/{expected["rollbackUnderWay"]}";
        var step = TimeSpan.FromMinutes(5);
        var over = await server.UntilAsync(path, view => (string?)view["status"] is not ("pending" or "in_progress"), step);
        Assert.Equal(("completed", 100), ((string?)over["status"], (int)over["progress"]!));
        Assert.Empty((await ws.GetAsync("documents?limit=500"))["items"]!.AsArray());
    }

    private static GoldenWorkspace Workspace(GoldenServer server) => new(server, GoldenWork.Main);

    private static JsonNode Read(JsonNode expected, string path)
    {
        var full = GoldenWorkspace.PathOf(GoldenWork.Main) + (path.Length == 0 ? "" : $"/{path}");
        return expected["reads"]!.AsArray().Single(read => (string?)read!["get"] == full)!["body"]!;
    }

    private static JsonNode Task(JsonNode expected, string id) => Read(expected, $"tasks/{id}");

    /// <summary>The highest token that a task ever had.</summary>
    private static long LastToken(JsonNode expected, string id) =>
        Task(expected, id)["history"]?.AsArray().Select(attempt => (long)attempt!["token"]!).DefaultIfEmpty().Max() ?? 0;

    private static IEnumerable<string> Documents(JsonNode page) => page["items"]!.AsArray().Select(item => $"{item!["kind"]}/{item["id"]}");

    private JsonNode Expected(string name) => new GoldenStore(name).Expected(Kind);

    /// <summary>Opens a copy at the time at which the store was closed.</summary>
    private async Task<GoldenServer> OpenAsync(string name)
    {
        var store = new GoldenStore(name);
        return await GoldenServer.StartAsync(await CopyAsync(store), (DateTimeOffset)Expected(name)["madeAt"]!);
    }
}

public sealed class SqliteGoldenStoreTests : GoldenStoreTests, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("memento-golden-").FullName;

    protected override StoreKind Kind => StoreKind.Sqlite;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private protected override async Task<StorageOptions> CopyAsync(GoldenStore store)
    {
        var options = GoldenWork.In(_folder);
        await store.CopyAsync(options);
        return options;
    }
}

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlGoldenStoreTests : GoldenStoreTests, IAsyncLifetime
{
    private readonly PostgreSqlServer _server = new();

    protected override StoreKind Kind => StoreKind.PostgreSql;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private protected override async Task<StorageOptions> CopyAsync(GoldenStore store)
    {
        await store.LoadAsync(_server.ConnectionString);
        return GoldenWork.On(_server);
    }
}
