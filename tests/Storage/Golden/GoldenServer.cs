using System.Text;
using System.Text.Json.Nodes;
using Memento.Storage;
using Memento.Tests.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;
using Xunit;

namespace Memento.Tests.Storage.Golden;

/// <summary>
/// The program of this checkout on a store, over HTTP on a free loopback port. The program's clock stands still until it is advanced.
/// </summary>
internal sealed class GoldenServer : IAsyncDisposable
{
    /// <summary>Longest wait for anything that is expected to happen.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Time that passes between two questions when something is to happen after a while. So little that claims and heartbeats, which take
    /// thousands of them, do not run out while the program is busy.
    /// </summary>
    public static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private GoldenServer(WebApplication app, FakeTimeProvider clock) =>
        (_app, Clock, _http) = (app, clock, new HttpClient { BaseAddress = new Uri(app.Urls.First()) });

    public FakeTimeProvider Clock { get; }

    /// <summary>Opens a store, brings its schema up to date, and serves it from a given time on.</summary>
    public static async Task<GoldenServer> StartAsync(StorageOptions store, DateTimeOffset now)
    {
        var clock = new FakeTimeProvider(now);
        string[] place = store.Store is StoreKind.Sqlite
            ? [$"--Memento:DataDirectory={store.DataDirectory}"]
            : ["--Memento:Store=postgresql", $"--Memento:ConnectionStrings:PostgreSql={store.ConnectionStrings.PostgreSql}", "--migrate"];
        string[] args =
            ["--urls=http://127.0.0.1:0", "--Memento:SiloPort=0", "--Memento:GatewayPort=0", "--Logging:LogLevel:Memento=Error", .. place];
        var app = MementoHost.Build(
            args, TextWriter.Null,
            builder => builder.Services.AddSmallHost().AddSingleton<TimeProvider>(clock).UseTimeProviderForBackgroundAreas(TimeProvider.System));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, clock);
    }

    /// <summary>Sends a request as it is written and reads the whole answer.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? body = null, string? idempotencyKey = null)
    {
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var address = new Uri($"{_http.BaseAddress!.GetLeftPart(UriPartial.Authority)}{path}", options);
        using var request = new HttpRequestMessage(method, address) { Content = body };
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(response, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    public Task<Answer> SendAsync(HttpMethod method, string path, string json, string? idempotencyKey = null) =>
        SendAsync(method, path, new StringContent(json, Encoding.UTF8, "application/json"), idempotencyKey);

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>Lets time pass in steps that do not look as if the process had been stopped.</summary>
    public void Pass(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(1)) Clock.Advance(TimeSpan.FromSeconds(1));
    }

    /// <summary>Asks until an answer is as expected. The clock advances by <paramref name="step"/> before each further question.</summary>
    public async Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> isExpected, TimeSpan step = default)
    {
        using var over = new CancellationTokenSource(Patience);
        for (; ; Clock.Advance(step))
        {
            var answer = (await GetAsync(path)).Ok();
            if (isExpected(answer)) return answer;
            Assert.False(over.IsCancellationRequested, $"{path} did not become as expected within {Patience}: {answer.ToJsonString()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
