using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed class NamesInPathsTests(MementoFixture memento)
{
    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("100%")]
    [InlineData("../../etc/passwd")]
    [InlineData("ä €😀 x")]
    [InlineData("a?b#c&d=e+f;g")]
    [InlineData("stats ")]
    public async Task Any_printable_name_works_in_a_path_when_it_is_encoded(string name)
    {
        var workspace = $"{name}-{Guid.NewGuid():N}";
        var sessions = $"/v1/workspaces/{Uri.EscapeDataString(workspace)}/sessions";

        var created = await memento.PostAsync(sessions, new System.Text.Json.Nodes.JsonObject { ["agentId"] = name, ["sessionId"] = name }.ToJsonString());

        Assert.Equal(name, (string?)created.Ok(201)["sessionId"]);
        Assert.Equal($"{sessions}/{Uri.EscapeDataString(name)}", created.Location);
        Assert.Equal(name, (string?)(await memento.GetAsync(created.Location!)).Ok()["sessionId"]);
        Assert.Equal(name, (string?)(await memento.GetAsync($"{created.Location}/isolation/{Uri.EscapeDataString(name)}")).Ok()["agentId"]);
        Assert.Single((await memento.GetAsync($"{sessions}?agent={Uri.EscapeDataString(name)}")).Ok()["items"]!.AsArray());
    }

    [Fact]
    public async Task A_name_is_decoded_once_and_only_once()
    {
        var sessions = MementoFixture.NewSessions();
        await memento.PostAsync(sessions, """{"agentId":"ann","sessionId":"a/b"}""");

        (await memento.GetAsync($"{sessions}/a%2Fb")).Ok();
        (await memento.GetAsync($"{sessions}/a%252Fb")).Refused(404, "SESSION_NOT_FOUND");
    }

    [Theory]
    [InlineData("..")]
    [InlineData("%2e%2E")]
    [InlineData(".")]
    public async Task Dot_segments_are_refused_instead_of_swallowed(string name)
    {
        (await memento.DeleteAsync($"{MementoFixture.NewSessions()}/{name}")).Refused(400, "MALFORMED_REQUEST");
        (await memento.GetAsync($"/v1/workspaces/{name}/sessions")).Refused(400, "MALFORMED_REQUEST");
    }

    [Theory]
    [InlineData("a%0Ab", 422)]
    [InlineData("%7F", 422)]
    [InlineData("%FF", 400)]
    [InlineData("a%2", 400)]
    public async Task A_name_that_is_not_printable_text_is_refused(string name, int status) =>
        Assert.Equal(status, (int)(await memento.GetAsync($"{MementoFixture.NewSessions()}/{name}")).Refused(status, status == 400 ? "MALFORMED_REQUEST" : "VALIDATION_FAILED", "id").Status);

    [Fact]
    public async Task A_name_is_at_most_256_characters_long()
    {
        (await memento.GetAsync($"{MementoFixture.NewSessions()}/{new string('x', 256)}")).Refused(404, "SESSION_NOT_FOUND");
        (await memento.GetAsync($"{MementoFixture.NewSessions()}/{new string('x', 300)}")).Refused(422, "VALIDATION_FAILED", "id");
        (await memento.GetAsync($"/v1/workspaces/{new string('x', 300)}/sessions")).Refused(422, "VALIDATION_FAILED", "ws");
    }
}
