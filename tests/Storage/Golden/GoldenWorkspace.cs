using System.Text;
using System.Text.Json.Nodes;
using Memento.Tests.Http;
using Xunit;

namespace Memento.Tests.Storage.Golden;

/// <summary>A workspace of a golden store, and the calls that fill and read it.</summary>
internal sealed class GoldenWorkspace(GoldenServer server, string name)
{
    public GoldenServer Server => server;

    /// <summary>Prefix of the workspace's paths.</summary>
    public string Path { get; } = PathOf(name);

    public static string PathOf(string name) => $"/v1/workspaces/{Uri.EscapeDataString(name)}";

    public async Task<JsonNode> GetAsync(string path) => (await server.GetAsync(path.Length == 0 ? Path : $"{Path}/{path}")).Ok();

    public Task<Answer> SendAsync(HttpMethod method, string path, string json, string? key = null) =>
        server.SendAsync(method, $"{Path}/{path}", json, key);

    /// <summary>Posts a body that must be accepted.</summary>
    public async Task<JsonNode> PostAsync(string path, string json, string? key = null)
    {
        var answer = await SendAsync(HttpMethod.Post, path, json, key);
        Assert.True((int)answer.Status is 200 or 201 or 202, $"{path}: {(int)answer.Status} {answer.Body}");
        return answer.Json;
    }

    public async Task<JsonNode> PutAsync(string path, string json)
    {
        var answer = await SendAsync(HttpMethod.Put, path, json);
        Assert.True((int)answer.Status is 200 or 201, $"{path}: {(int)answer.Status} {answer.Body}");
        return answer.Json;
    }

    /// <summary>Writes bytes as a document of kind file.</summary>
    public async Task PutFileAsync(string path, byte[] content, string type)
    {
        var body = new ByteArrayContent(content);
        body.Headers.Add("Content-Type", type);
        var answer = await server.SendAsync(HttpMethod.Put, $"{Path}/documents/file/{path}", body);
        Assert.True((int)answer.Status is 200 or 201, $"{path}: {(int)answer.Status} {answer.Body}");
    }

    public Task PutTextAsync(string path, string text) => PutFileAsync(path, Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    public async Task DeleteAsync(string path)
    {
        var answer = await server.SendAsync(HttpMethod.Delete, $"{Path}/{path}");
        Assert.True((int)answer.Status == 204, $"{path}: {(int)answer.Status} {answer.Body}");
    }

    public Task<JsonNode> RegisterAsync(string agent, string json) => PutAsync($"agents/{Uri.EscapeDataString(agent)}", json);

    /// <summary>Waits until an agent is given a task. Time passes, if at all, only a little faster than it does outside.</summary>
    public async Task<JsonNode> ReceiveAsync(string agent, bool timePasses = false)
    {
        // A wait that the program's clock bounds would not end while that clock stands still.
        var body = $$"""{"max":1,"waitSeconds":{{(timePasses ? 0 : 20)}}}""";
        for (; ; server.Clock.Advance(timePasses ? GoldenServer.Moment : TimeSpan.Zero))
            if ((await PostAsync($"agents/{Uri.EscapeDataString(agent)}/receive", body))["items"]!.AsArray() is [{ } task]) return task;
    }

    /// <summary>Says something about a task with its token. Answers the task.</summary>
    public Task<JsonNode> ReportAsync(string verb, string agent, JsonNode task, string more = "") =>
        PostAsync($"tasks/{task["taskId"]}/{verb}", $$"""{"agentId":"{{agent}}","token":{{task["token"]}}{{more}}}""");

    public async Task<string> PointAsync(string json) => (string)(await PostAsync("rollback-points", json))["rollbackPointId"]!;

    /// <summary>Starts a rollback and waits until it is over. Answers the rollback.</summary>
    public async Task<JsonNode> RollBackAsync(string point, string json) =>
        await OverAsync((string)(await PostAsync($"rollback-points/{point}/rollbacks", json))["operationId"]!);

    public Task<JsonNode> OverAsync(string rollback) => server.UntilAsync(
        $"{Path}/rollbacks/{rollback}", view => (string?)view["status"] is not ("pending" or "in_progress"), TimeSpan.FromMilliseconds(1));
}
