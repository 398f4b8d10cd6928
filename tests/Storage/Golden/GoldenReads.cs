using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Memento.Tests.Http;

namespace Memento.Tests.Storage.Golden;

/// <summary>
/// The reads of a golden store: paths and their answers. None of them reaches a queue or an agent, which would go on with their work.
/// </summary>
internal static class GoldenReads
{
    private static readonly string[] Lists =
    [
        "", "tasks?limit=500", "queues", "coordination/metrics", "agents?limit=500",
        "sessions?limit=500", "sessions?active=true", "sessions/stats", "documents?limit=500", "documents?kind=file",
        "rollback-points?limit=500", "rollbacks?limit=500", "conflicts?limit=500",
        "conflicts?status=resolved", "merge-policies",
    ];

    private static readonly string[] TaskStates = ["queued", "assigned", "running", "completed", "failed", "cancelled"];

    private static readonly string[] AgentStates = ["active", "busy", "idle", "dead", "maintenance"];

    private static readonly string[] OfSession =
        ["", "/events?limit=500", "/checkpoints", "/transitions", "/state?at=1", "/handoff-context?agent=newcomer"];

    /// <summary>Members that are worked out anew at each read, in words or figures that later versions may say differently.</summary>
    private static readonly HashSet<string> Computed =
        new(["traceId", "title", "detail", "errors", "storageBytes", "joiningAdvice", "diff", "options", "places"], StringComparer.Ordinal);

    /// <summary>Reads all that a workspace has and answers it, one object for each read.</summary>
    public static async Task<List<JsonObject>> RecordAsync(GoldenWorkspace workspace, IEnumerable<string> more)
    {
        var paths = new List<string>(Lists);
        paths.AddRange(TaskStates.Select(state => $"tasks?status={state}&limit=500"));
        paths.AddRange(AgentStates.Select(state => $"agents?status={state}&limit=500"));
        foreach (var queue in await ItemsAsync("queues", "name")) paths.Add($"tasks?limit=500&queue={queue}");
        foreach (var agent in await ItemsAsync("agents", "agentId")) paths.Add($"tasks?limit=500&agent={agent}");
        paths.AddRange((await ItemsAsync("tasks", "taskId")).Select(id => $"tasks/{id}"));
        foreach (var id in await ItemsAsync("sessions", "sessionId")) paths.AddRange(OfSession.Select(part => $"sessions/{id}{part}"));
        foreach (var id in await ItemsAsync("rollback-points", "rollbackPointId"))
        {
            paths.AddRange([$"rollback-points/{id}", $"rollback-points/{id}/diff"]);
            paths.AddRange([$"rollback-points/{id}/check", $"documents?limit=500&at={id}"]);
        }

        paths.AddRange((await ItemsAsync("rollbacks", "operationId")).Select(id => $"rollbacks/{id}"));
        paths.AddRange((await ItemsAsync("conflicts", "conflictId")).Select(id => $"conflicts/{id}"));
        foreach (var document in (await workspace.GetAsync("documents?limit=500"))["items"]!.AsArray())
            paths.AddRange([$"documents/{document!["kind"]}/{document["id"]}", $"documents/{document["kind"]}/{document["id"]}/history"]);
        paths.AddRange(more);

        var reads = new List<JsonObject>();
        foreach (var path in paths)
            reads.Add(await ReadAsync(workspace.Server, path.Length == 0 ? workspace.Path : $"{workspace.Path}/{path}"));
        return reads;

        async Task<IEnumerable<string>> ItemsAsync(string list, string id) =>
            (await workspace.GetAsync($"{list}?limit=500"))["items"]!.AsArray().Select(item => Uri.EscapeDataString((string)item![id]!));
    }

    /// <summary>Reads one path: status, ETag and body. Of a document's value the hash is kept.</summary>
    public static async Task<JsonObject> ReadAsync(GoldenServer server, string path)
    {
        var answer = await server.GetAsync(path);
        var read = new JsonObject { ["get"] = path, ["status"] = (int)answer.Status };
        if (answer.Etag is { } etag) read["etag"] = etag;
        if (IsValue(path, answer))
        {
            read["type"] = answer.FullContentType;
            read["length"] = answer.Bytes.Length;
            read["sha256"] = Convert.ToHexStringLower(SHA256.HashData(answer.Bytes));
        }
        else if (answer.Bytes.Length > 0)
        {
            read["body"] = WithoutComputed(answer.Json);
        }

        return read;
    }

    /// <summary>Counts the entries of the audit by action.</summary>
    public static async Task<JsonObject> CountAuditAsync(GoldenWorkspace workspace)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var cursor = ""; ;)
        {
            var page = await workspace.GetAsync($"audit?limit=500{cursor}");
            foreach (var entry in page["items"]!.AsArray())
            {
                var action = (string)entry!["action"]!;
                counts[action] = counts.GetValueOrDefault(action) + 1;
            }

            if ((string?)page["nextCursor"] is not { } next)
                return new(counts.Select(count => KeyValuePair.Create<string, JsonNode?>(count.Key, count.Value)));
            cursor = $"&cursor={Uri.EscapeDataString(next)}";
        }
    }

    /// <summary>
    /// Finds the first place where an answer is not as expected; null = none. Objects may have members that the older version did not know.
    /// </summary>
    public static string? Difference(JsonNode? expected, JsonNode? actual, string place = "")
    {
        switch (expected)
        {
            case JsonObject members when actual is JsonObject others:
                return members.Select(member => Difference(member.Value, others[member.Key], $"{place}/{member.Key}"))
                    .FirstOrDefault(found => found is not null);
            case JsonArray items when actual is JsonArray others && items.Count == others.Count:
                return items.Select((item, i) => Difference(item, others[i], $"{place}/{i}"))
                    .FirstOrDefault(found => found is not null);
            default:
                return JsonNode.DeepEquals(expected, actual) ? null : $"{place}: expected {Text(expected)}, found {Text(actual)}";
        }
    }

    private static JsonNode WithoutComputed(JsonNode answer)
    {
        if (answer is JsonObject members)
            foreach (var name in members.Select(member => member.Key).Where(Computed.Contains).ToArray()) members.Remove(name);
        foreach (var inner in answer is JsonObject parts ? parts.Select(part => part.Value) : answer as JsonArray ?? [])
            if (inner is JsonObject or JsonArray) WithoutComputed(inner);
        return answer;
    }

    private static bool IsValue(string path, Answer answer) =>
        (int)answer.Status == 200 && path.Contains("/documents/", StringComparison.Ordinal)
        && !path.EndsWith("/history", StringComparison.Ordinal);

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "nothing";
}
