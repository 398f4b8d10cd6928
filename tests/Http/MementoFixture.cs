using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using Xunit;

namespace Memento.Tests.Http;

/// <summary>The real program on free loopback ports, with a data folder of its own.</summary>
public sealed class MementoFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("memento-http-").FullName;
    private readonly string[] _store;
    private WebApplication? _app;

    public MementoFixture()
        : this("--Memento:Sqlite:Synchronous=normal")
    {
    }

    /// <summary>The program with a store of the caller's choice.</summary>
    internal MementoFixture(params string[] store) => _store = store;

    public ShiftedClock Clock { get; } = new();

    public HttpClient Http { get; private set; } = null!;

    public StringWriter Output { get; } = new();

    public async ValueTask InitializeAsync()
    {
        string[] args =
        [
            "--urls=http://127.0.0.1:0", "--Memento:SiloPort=0", "--Memento:GatewayPort=0", $"--Memento:DataDirectory={_folder}",
            "--Memento:Http:StreamHeartbeat=00:00:00.2", "--Memento:Http:MaxBodyBytes=1048576", "--Memento:Sessions:SweepInterval=00:00:00.2",
            "--Memento:Workspaces:SweepInterval=00:00:00.2",
            "--Logging:LogLevel:Memento=Warning", .. _store,
        ];
        _app = MementoHost.Build(args, Output, builder => builder.Services.AddSmallHost().AddSingleton<TimeProvider>(Clock).UseTimeProviderForBackgroundAreas(TimeProvider.System));
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
            _app = null;   // Timers of the runtime keep the context of whoever made them, and so this fixture.
        }

        Directory.Delete(_folder, recursive: true);
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public Task<Answer> PostAsync(string path, string? json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), headers);

    /// <summary>Sends a body as it is; a type of null is not sent.</summary>
    public Task<Answer> SendAsync(HttpMethod method, string path, byte[] body, string? contentType, params (string Name, string Value)[] headers)
    {
        var content = new ByteArrayContent(body);
        if (contentType is not null) Assert.True(content.Headers.TryAddWithoutValidation("Content-Type", contentType));
        return SendAsync(method, path, content, headers);
    }

    public Task<Answer> PutAsync(string path, string json, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Put, path, Encoding.UTF8.GetBytes(json), "application/json", headers);

    public Task<Answer> PostBytesAsync(string path, byte[] body, string contentType)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return SendAsync(HttpMethod.Post, path, content);
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? body, params (string Name, string Value)[] headers)
    {
        // Paths go out as they are written: no dot segment is removed, nothing is decoded and encoded again.
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var request = new HttpRequestMessage(method, new Uri($"{Http.BaseAddress!.GetLeftPart(UriPartial.Authority)}{path}", options)) { Content = body };
        foreach (var (name, value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(response, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Creates a session in a workspace of its own. Answers its path.</summary>
    public async Task<string> SessionAsync(string more = "")
    {
        var sessions = NewSessions();
        var created = await PostAsync(sessions, $$"""{"agentId":"ann","sessionId":"s"{{more}}}""");
        Assert.Equal(HttpStatusCode.Created, created.Status);
        return $"{sessions}/s";
    }

    /// <summary>The sessions of a workspace that nobody else uses.</summary>
    public static string NewSessions() => $"{NewWorkspace()}/sessions";

    /// <summary>A workspace that nobody else uses.</summary>
    public static string NewWorkspace() => $"/v1/workspaces/w-{Guid.NewGuid():N}";
}

/// <summary>An answer, read whole.</summary>
public sealed class Answer(HttpResponseMessage response, byte[] bytes)
{
    private readonly string _body = Encoding.UTF8.GetString(bytes);

    public byte[] Bytes => bytes;

    public long? Length { get; } = response.Content.Headers.ContentLength;

    public string? FullContentType { get; } = response.Content.Headers.TryGetValues("Content-Type", out var types) ? types.Single() : null;

    public string? Etag { get; } = response.Headers.ETag?.ToString();

    public HttpStatusCode Status { get; } = response.StatusCode;

    public string? ContentType { get; } = response.Content.Headers.ContentType?.MediaType;

    public string? Location { get; } = response.Headers.Location?.OriginalString;

    public HttpHeaders Headers { get; } = response.Headers;

    public string Body => _body;

    public JsonNode Json => JsonNode.Parse(_body)!;

    /// <summary>The stable code of a refusal.</summary>
    public string? Code => (string?)Json["code"];

    /// <summary>Checks that this is a problem document with a status and a code, and that it names these fields.</summary>
    public Answer Refused(int status, string code, params string[] fields)
    {
        Assert.True(status == (int)Status, $"{(int)Status} instead of {status}: {_body}");
        Assert.Equal("application/problem+json", ContentType);
        Assert.Equal(code, Code);
        Assert.Equal(status, (int)Json["status"]!);
        Assert.NotEmpty((string)Json["detail"]!);
        Assert.DoesNotContain("   at ", _body, StringComparison.Ordinal);
        foreach (var field in fields) Assert.True(Json["errors"]?[field] is JsonArray { Count: > 0 }, $"{field} is not among the errors: {_body}");
        return this;
    }

    /// <summary>Checks the status and answers the body.</summary>
    public JsonNode Ok(int status = 200)
    {
        Assert.True(status == (int)Status, $"{(int)Status} instead of {status}: {_body}");
        Assert.Equal("application/json", ContentType);
        return Json;
    }
}

/// <summary>The system's clock, put forward.</summary>
public sealed class ShiftedClock : TimeProvider
{
    private long _shift;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _shift));

    public void PutForward(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);
}

[CollectionDefinition(Name)]
public sealed class HttpTests : ICollectionFixture<MementoFixture>
{
    public const string Name = "HTTP";
}
