using System.Text.Json.Nodes;
using Memento.Storage;

namespace Memento.Tests.Storage.Golden;

/// <summary>Fills and reads golden stores, and lets new agents continue with the tasks that wait in one.</summary>
internal static class GoldenWork
{
    /// <summary>Workspace with nearly everything.</summary>
    public const string Main = "golden";

    /// <summary>Workspace with names that must be escaped, and a rollback that is under way.</summary>
    public const string Other = "team/ü";

    /// <summary>When the making of a store begins, by the program's clock.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The tasks that new agents can take at once, by the capability that these need: how many there are.</summary>
    public static IReadOnlyDictionary<string, int> Waiting { get; } = new Dictionary<string, int> { ["later"] = 7, ["fair"] = 6 };

    /// <summary>Requests whose answers an idempotency key keeps: path, key, body.</summary>
    private static readonly (string Path, string Key, string Body)[] Repeatable =
    [
        ("sessions", "repeat-1", """{"agentId":"ada","ttlSeconds":604800}"""),
        ("sessions/s-handed/events", "repeat-2", """
            {"type":"modified","actor":"bob","changeInfo":{"elementType":"cluster","entityIds":["a/b"],"operation":"renamed"}}
            """),
        ("tasks", "repeat-3", """
            [{"type":"compile","requiredCapabilities":["nobody"]},{"type":"compile","requiredCapabilities":["nobody"],"priority":1}]
            """),
        ("documents/batch", "repeat-4", """{"agentId":"ada","operations":[{"op":"put","kind":"entity","id":"repeated","value":[1]}]}"""),
        ("rollback-points", "repeat-5", """{"name":"repeated","ttlSeconds":0}"""),
    ];

    /// <summary>Fills an empty store. Answers what the test needs to know besides the reads.</summary>
    public static async Task<JsonObject> FillAsync(GoldenServer server)
    {
        var ws = new GoldenWorkspace(server, Main);
        var documents = new GoldenDocuments(ws);
        await documents.MakeAsync();
        var repeats = new JsonArray();
        foreach (var (path, key, body) in Repeatable)
        {
            var answer = await ws.PostAsync(path, body, key);
            repeats.Add(new JsonObject { ["post"] = $"{ws.Path}/{path}", ["key"] = key, ["json"] = body, ["answer"] = answer });
        }

        await new GoldenTasks(ws).MakeAsync();
        var under = await OtherAsync(new(server, Other));
        return new()
        {
            ["madeAt"] = server.Clock.GetUtcNow(), ["point"] = documents.Point, ["rollbackUnderWay"] = under, ["repeats"] = repeats,
        };
    }

    /// <summary>Reads what a store answers.</summary>
    public static async Task<JsonArray> ReadAsync(GoldenServer server)
    {
        var (main, other) = (new GoldenWorkspace(server, Main), new GoldenWorkspace(server, Other));
        string[] more =
        [
            "sessions/s-deleted", "rollback-points/rp-none", "documents/entity/gone", "documents/entity/gone/history", "tasks/none",
            "merge-policies?version=1",
        ];
        var reads = await GoldenReads.RecordAsync(main, more);
        string[] others = ["tasks?limit=500", "queues", "agents?limit=500", "sessions?limit=500", "rollback-points?limit=500"];
        foreach (var path in others) reads.Add(await GoldenReads.ReadAsync(server, $"{other.Path}/{path}"));
        return new([.. reads]);
    }

    /// <summary>Registers a new agent, which takes one task after the other and completes it. Answers the tasks in their order.</summary>
    public static async Task<List<(string TaskId, long Token)>> CompleteAsync(
        GoldenWorkspace ws, string agent, int count, params string[] capabilities)
    {
        await ws.RegisterAsync(agent, $$"""{"type":"newcomer","capabilities":["{{string.Join("\",\"", capabilities)}}"]}""");
        var taken = new List<(string, long)>();
        while (taken.Count < count)
        {
            var task = await ws.ReceiveAsync(agent, timePasses: true);
            await ws.ReportAsync("start", agent, task);
            await ws.ReportAsync("complete", agent, task, ""","result":{"by":"a newcomer"}""");
            taken.Add(((string)task["taskId"]!, (long)task["token"]!));
        }

        return taken;
    }

    /// <summary>Options of the embedded store in a folder.</summary>
    public static StorageOptions In(string folder) => new() { DataDirectory = folder };

    /// <summary>Options of a database on the tests' PostgreSQL server.</summary>
    public static StorageOptions On(PostgreSqlServer server) =>
        new() { Store = StoreKind.PostgreSql, ConnectionStrings = { PostgreSql = $"{server.ConnectionString};Maximum Pool Size=20" } };

    private static async Task<string> OtherAsync(GoldenWorkspace ws)
    {
        await ws.PostAsync("sessions", """{"agentId":"zoë","sessionId":"s/1 ü","ttlSeconds":0}""");
        await ws.RegisterAsync("a/1 ü", """{"type":"coder","capabilities":["ü"],"maxLoad":2}""");
        await ws.PutAsync("queues/q%2F1", """{"strategy":"priority-based"}""");
        await ws.PostAsync("tasks", """
            {"taskId":"t/1 ü","queue":"q/1","type":"übersetzen","requiredCapabilities":["nobody"],"sessionId":"s/1 ü"}
            """);
        var point = await ws.PointAsync("""{"name":"empty","ttlSeconds":0}""");
        for (var i = 0; i < 4; i++) await ws.PutAsync($"documents/entity/under-way-{i}?agent=zo%C3%AB", "{}");
        var rollback = (string)(await ws.PostAsync($"rollback-points/{point}/rollbacks", """
            {"type":"full","strategy":"gradual","batchSize":1,"delayMs":3600000,"agentId":"zoë"}
            """))["operationId"]!;
        await ws.Server.UntilAsync($"{ws.Path}/rollbacks/{rollback}", view => (int)view["progress"]! > 0);
        return rollback;
    }
}
