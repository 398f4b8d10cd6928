using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Memento.Bench.Measuring;

namespace Memento.Bench.Stores;

/// <summary>The real program in a process of its own, over one database, as its users run it.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private SiloProcess(Process process, int port) => (_process, Port) = (process, port);

    /// <summary>Port of HTTP on 127.0.0.1.</summary>
    public int Port { get; }

    public double ResidentMb => ProcessMemory.OfProcessMb(_process.Id, "VmRSS");

    /// <summary>Of the resident memory, what is not mapped from files.</summary>
    public double AnonymousMb => ProcessMemory.OfProcessMb(_process.Id, "RssAnon");

    /// <summary>Starts the silo and waits until it answers a real request. Answers it with the time from start to that answer.</summary>
    public static async Task<(SiloProcess Silo, TimeSpan Ready)> StartAsync(BenchDatabase database, CancellationToken cancellationToken)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Memento.Silo.dll");
        using var http = new HttpClient();
        var port = FreePort();
        var environment = database.Settings.ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value);   // not as arguments, which others can see
        environment["Memento__SiloPort"] = environment["Memento__GatewayPort"] = "0";
        environment["DOTNET_CONTENTROOT"] = AppContext.BaseDirectory;

        var since = Stopwatch.StartNew();
        var process = Tool.Start([Environment.ProcessPath is { } dotnet && Path.GetFileNameWithoutExtension(dotnet) == "dotnet" ? dotnet : "dotnet", program, "--urls", $"http://127.0.0.1:{port}"], environment);
        var silo = new SiloProcess(process, port);
        try
        {
            _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var problems = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var request = new Uri($"http://127.0.0.1:{port}/v1/workspaces/bench/sessions");
            while (true)
            {
                if (process.HasExited) throw new BenchException($"The silo ended with {process.ExitCode}: {(await problems).Trim()}");
                if (since.Elapsed > Patience) throw new BenchException("The silo did not answer within a minute.");
                if (await AnswersAsync(http, request, cancellationToken)) return (silo, since.Elapsed);
                await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
            }
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Tool.SignalAsync("TERM", _process.Id);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri request, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(request, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError)
        {
            return false;   // it does not listen yet
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
