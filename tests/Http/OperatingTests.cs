using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace Memento.Tests.Http;

[Collection(HttpTests.Name)]
public sealed partial class OperatingTests(MementoFixture memento)
{
    [Fact]
    public async Task Health_tells_of_each_component_with_a_measured_latency()
    {
        Assert.Equal("healthy", (string?)(await memento.GetAsync("/health/live")).Ok()["status"]);
        Assert.Equal("healthy", (string?)(await memento.GetAsync("/health/ready")).Ok()["status"]);
        var components = (await memento.GetAsync("/health")).Ok()["components"]!;
        Assert.True((double)components["store"]!["latencyMs"]! > 0);
        Assert.Equal(1, (double)components["silo"]!["figures"]!["activeSilos"]!);
    }

    [Fact]
    public async Task The_description_of_the_api_has_every_route_parameter_and_value()
    {
        var document = (await memento.GetAsync("/openapi/v1.json")).Ok();
        var paths = document["paths"]!.AsObject();
        var schemas = document["components"]!["schemas"]!.AsObject();

        const string session = "/v1/workspaces/{ws}/sessions/{id}";
        foreach (var path in (string[])["", "/events", "/events/stream", "/join", "/leave", "/checkpoints", "/checkpoints/{checkpointId}/failure-snapshot", "/state", "/fork", "/transitions", "/isolation/{agentId}", "/handoff-context", "/handoff"])
            Assert.True(paths.ContainsKey(session + path), path);
        const string workspace = "/v1/workspaces/{ws}";
        foreach (var (path, methods) in ((string, string[])[])[("", ["get"]), ("/documents", ["get"]), ("/documents/batch", ["post"]), ("/documents/{kind}/{id}", ["delete", "get", "head", "patch", "put"]), ("/rollback-points", ["get", "post"]), ("/rollback-points/{id}", ["delete", "get", "patch"])])
            Assert.Equal(methods, paths[workspace + path]!.AsObject().Select(o => o.Key).Order());
        Assert.Equal(["modified", "broke", "checkpoint", "handoff", "test_pass", "start"], schemas["EventType"]!["enum"]!.AsArray().Select(v => (string)v!));
        foreach (var property in schemas.SelectMany(s => s.Value!["properties"]?.AsObject() ?? []).Select(p => p.Value!["oneOf"]).OfType<JsonArray>()) Assert.DoesNotContain("JsonText", property.ToJsonString(), StringComparison.Ordinal);   // any JSON is null too
        foreach (var (name, schema) in schemas) Assert.True(schema!["properties"] is not null || schema["enum"] is not null || name is "JsonText" or "JsonElement", $"{name} says nothing");
        foreach (var (path, operations) in paths)
            foreach (var (method, operation) in operations!.AsObject())
            {
                Assert.NotNull(operation!["summary"]);
                var named = operation["parameters"]?.AsArray().Where(p => (string)p!["in"]! == "path").Select(p => (string)p!["name"]!).Order() ?? Enumerable.Empty<string>();
                Assert.Equal(InPath().Matches(path).Select(m => m.Groups[1].Value).Order(), named);
            }
    }

    [Fact]
    public async Task The_description_of_the_api_names_members_as_json_does()
    {
        var document = (await memento.GetAsync("/openapi/v1.json")).Ok();

        foreach (var description in Descriptions(document)) Assert.DoesNotMatch(CSharp(), description);
        var schemas = document["components"]!["schemas"]!;
        Assert.Equal("Those of `dependsOn` that have not ended.", (string?)schemas["TaskView"]!["properties"]!["waitsFor"]!["description"]);
        Assert.EndsWith("begins anew: see `onReturn`.", (string?)schemas["RegisterAgent"]!["properties"]!["instanceId"]!["description"], StringComparison.Ordinal);
        Assert.EndsWith("fits before `deadline`.", (string?)schemas["SubmitTask"]!["properties"]!["estimatedDurationMs"]!["description"], StringComparison.Ordinal);
        Assert.EndsWith("the first 20.", (string?)schemas["AuditEntry"]!["properties"]!["documents"]!["description"], StringComparison.Ordinal);
        Assert.EndsWith("Only `file` may be something else than JSON.", (string?)schemas["DocumentKind"]!["description"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/docs/")]
    [InlineData("/dashboard/")]
    public async Task Pages_work_offline(string path)
    {
        var page = await memento.GetAsync(path);

        Assert.Equal(200, (int)page.Status);
        Assert.Equal("text/html", page.ContentType);
        Assert.True(page.Headers.TryGetValues("Content-Security-Policy", out var policy));
        Assert.DoesNotContain("https:", Assert.Single(policy), StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=[\"'](https?:)?//", page.Body);
    }

    [Fact]
    public async Task The_home_page_links_only_to_what_is_there()
    {
        var links = Link().Matches((await memento.GetAsync("/")).Body).Select(m => m.Groups[1].Value).ToArray();

        Assert.NotEmpty(links);
        foreach (var link in links) Assert.True((int)(await memento.GetAsync(link)).Status == 200, link);
    }

    [Fact]
    public void The_banner_says_where_everything_is()
    {
        var banner = memento.Output.ToString();

        foreach (var word in (string[])["is ready", memento.Http.BaseAddress!.Authority, "/docs", "/dashboard", "/health", "/metrics", "memento.db", "gateway"]) Assert.Contains(word, banner, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Web_pages_of_others_are_kept_out()
    {
        (await memento.GetAsync(MementoFixture.NewSessions(), ("Host", "evil.example"))).Refused(400, "HOST_NOT_ALLOWED");
        (await memento.PostAsync(MementoFixture.NewSessions(), """{"agentId":"a"}""", ("Sec-Fetch-Site", "cross-site"))).Refused(403, "CROSS_SITE_REQUEST");
    }

    private static IEnumerable<string> Descriptions(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => m is { Key: "description" or "summary", Value: JsonValue text } ? [(string)text!] : Descriptions(m.Value)),
        JsonArray items => items.SelectMany(Descriptions),
        _ => [],
    };

    /// <summary>A member behind its type's name, a generic type, an attribute, a nullable type.</summary>
    [GeneratedRegex(@"\b[A-Z]\w*\.[A-Z]|&lt;|<|\[[A-Z]\w*\]|\b(int|long|bool|double|string|[A-Z]\w+)\? \w|\b(DateTimeOffset|TimeSpan|Immutable\w+|IReadOnly\w+|JsonElement)\b")]
    private static partial Regex CSharp();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex InPath();

    [GeneratedRegex("<a href=\"([^\"]+)\"")]
    private static partial Regex Link();
}
