using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Memento.Agents;
using Memento.Journaling;
using Memento.Tasks;
using Memento.Tests.Grains.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;
using Xunit;

namespace Memento.Tests.Http;

/// <summary>A server that is about to stop, and how long an agent may wait. Its time stands still until it is moved.</summary>
public sealed class StoppingTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("memento-stopping-").FullName;
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IAgentGrain Agent => _app.Services.GetRequiredService<IGrainFactory>().GetGrain<IAgentGrain>(new GrainKey("w", "a").ToString());

    public async ValueTask InitializeAsync()
    {
        _app = MementoHost.Build(
            ["--urls=http://127.0.0.1:0", "--Memento:SiloPort=0", "--Memento:GatewayPort=0", $"--Memento:DataDirectory={_folder}", "--Memento:Sqlite:Synchronous=normal", "--Memento:Agents:HeartbeatInterval=00:00:05", "--Logging:LogLevel:Memento=Warning"],
            TextWriter.Null, builder => builder.Services.AddSmallHost().AddSingleton<TimeProvider>(_clock).UseTimeProviderForBackgroundAreas(TimeProvider.System));
        await _app.StartAsync(Token);
        _http = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = Timeout.InfiniteTimeSpan }) { BaseAddress = new($"{_app.Urls.First()}/v1/workspaces/w/") };
        await Agent.RegisterAsync(new() { Type = "test" });
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Whoever_waits_for_work_is_answered_at_once_when_the_server_stops()
    {
        using var body = new AwaitedContent("""{"waitSeconds":30}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "agents/a/receive") { Content = body };
        request.Headers.ExpectContinue = true;
        var waiting = _http.SendAsync(request, Token);
        await body.IsAwaited.WaitAsync(Token);   // the server has begun with it

        _app.Lifetime.StopApplication();

        using var answer = await waiting;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty((await answer.Content.ReadFromJsonAsync<JsonNode>(Token))!["items"]!.AsArray());
    }

    [Fact]
    public async Task So_is_who_calls_the_grain()
    {
        var waiting = await WaitingAsync();

        _app.Lifetime.StopApplication();

        Assert.Empty((await waiting).Items);
    }

    [Fact]
    public async Task Who_asks_a_server_that_stops_is_told_to_come_again_later()
    {
        _app.Lifetime.StopApplication();

        var refused = await Assert.ThrowsAsync<MementoException>(() => Agent.ReceiveAsync(new() { WaitSeconds = 30 }, Token));
        Assert.Equal((RefusalKind.Unavailable, Codes.Stopping), (refused.Refusal.Kind, refused.Code));
    }

    [Fact]
    public async Task A_server_that_stops_takes_nobody_for_dead()
    {
        for (var i = 0; i < 20; i++) _clock.Advance(TimeSpan.FromSeconds(1));
        _app.Lifetime.StopApplication();

        await _app.Services.GetRequiredService<AgentMonitor>().SweepAsync(SweepShare.All, Token);

        Assert.NotEqual(AgentStatus.Dead, (await Agent.GetAsync()).Status);
    }

    [Fact]
    public async Task Who_says_nothing_but_that_it_waits_is_asked_to_say_it_again_before_it_would_be_late()
    {
        var waiting = await WaitingAsync();

        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Empty((await waiting).Items);
    }

    /// <summary>Begins to wait for work, and is heard.</summary>
    private async Task<Task<ReceivedTasks>> WaitingAsync()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        var now = (await Agent.GetAsync()).LastHeartbeat!.Value.AddSeconds(1);
        var waiting = Agent.ReceiveAsync(new() { WaitSeconds = 30 }, Token);
        await TaskRig.UntilAsync(async () => (await Agent.GetAsync()).LastHeartbeat >= now);
        return waiting;
    }

    /// <summary>A body that says when the server wants to have it.</summary>
    private sealed class AwaitedContent(string json) : StringContent(json, System.Text.Encoding.UTF8, "application/json")
    {
        private readonly TaskCompletionSource _awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsAwaited => _awaited.Task;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _awaited.TrySetResult();
            return base.SerializeToStreamAsync(stream, context, cancellationToken);
        }
    }
}
