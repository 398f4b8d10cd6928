using System.Diagnostics;
using System.Text;
using Memento.Tests.Grains;
using Memento.Tests.Grains.Tasks;
using Xunit;

namespace Memento.Tests.Http;

/// <summary>The program as a process of its own: of two servers in one process, the first that stops takes the other's figures along.</summary>
public sealed class MetricsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("memento-metrics-").FullName;
    private readonly HttpClient _http = new();
    private Process _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        string[] arguments = ["--urls=http://127.0.0.1:0", "--Memento:SiloPort=0", "--Memento:GatewayPort=0", $"--Memento:DataDirectory={_folder}"];
        _server = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Memento.Silo"), arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(SessionCluster.Patience);
        while (_http.BaseAddress is null)
        {
            var line = await _server.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("The server ended.");
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["Metrics", var metrics]) _http.BaseAddress = new(metrics);
        }

        _ = _server.StandardOutput.ReadToEndAsync(CancellationToken.None);   // so that it never waits for a reader
    }

    public async ValueTask DisposeAsync()
    {
        if (!_server.HasExited) _server.Kill();
        await _server.WaitForExitAsync(CancellationToken.None);
        _server.Dispose();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task They_have_memento_orleans_the_runtime_and_http()
    {
        await PostAsync("sessions", """{"agentId":"ann"}""");
        await PostAsync("tasks", """{"type":"x"}""");

        // Some are first told when what they count has happened, e.g. a garbage collection.
        string[] names = ["memento_journal_", "memento_tasks_submitted_total", "memento_tasks_open", "orleans_", "http_server_request_duration_seconds", "dotnet_gc_"];
        await TaskRig.UntilAsync(async () => await _http.GetStringAsync("/metrics", Token) is var metrics && names.All(name => metrics.Contains($"\n{name}", StringComparison.Ordinal)));
    }

    private async Task PostAsync(string what, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync($"/v1/workspaces/w/{what}", body, Token);
        answer.EnsureSuccessStatusCode();
    }
}
