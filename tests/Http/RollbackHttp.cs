using System.Text;
using System.Text.Json.Nodes;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Http;

/// <summary>A workspace of its own over HTTP, and how it is changed.</summary>
internal sealed class RollbackHttp(MementoFixture memento)
{
    public string Path { get; } = $"/v1/workspaces/w-{Guid.NewGuid():N}";

    public async Task PutAsync(string document, string json, string? agent = null)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        var answer = await memento.SendAsync(HttpMethod.Put, $"{Path}/documents/{document}{(agent is null ? "" : $"?agent={agent}")}", content);
        Assert.True((int)answer.Status is 200 or 201, answer.Body);
    }

    public async Task<string> PointAsync() => (string)(await memento.PostAsync($"{Path}/rollback-points", """{"name":"point"}""")).Ok(201)["rollbackPointId"]!;

    /// <summary>Documents that changed since the point.</summary>
    public async Task<string> ChangeAsync(int documents)
    {
        for (var i = 0; i < documents; i++) await PutAsync($"entity/d{i}", """{"x":1}""");
        var point = await PointAsync();
        for (var i = 0; i < documents; i++) await PutAsync($"entity/d{i}", """{"x":2}""", "ann");
        return point;
    }

    public async Task<JsonNode> OverAsync(string location)
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
