using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Memento.Samples.Fleet;

/// <summary>A whole Memento inside this program, on a free port and in a folder of its own, which goes when it goes.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    /// <summary>How often agents say that they live.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Whoever is silent for longer is dead. Usual are 90 s; nobody wants to watch that.</summary>
    public static readonly TimeSpan HeartbeatTimeout = TimeSpan.FromSeconds(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("memento-fleet-").FullName;
    private WebApplication? _app;

    private DemoServer()
    {
    }

    public Uri Url { get; private set; } = null!;

    public static async Task<DemoServer> StartAsync(Accident accident, CancellationToken cancellationToken)
    {
        var server = new DemoServer();
        try
        {
            await server.RunAsync(accident, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task RunAsync(Accident accident, CancellationToken cancellationToken)
    {
        _app = MementoHost.Build(
        [
            "--urls=http://127.0.0.1:0", "--Memento:SiloPort=0", "--Memento:GatewayPort=0", "--Memento:Clustering=localhost", "--Memento:Store=sqlite", $"--Memento:DataDirectory={_folder}",
            $"--Memento:Agents:HeartbeatInterval={Text(HeartbeatInterval)}", $"--Memento:Agents:HeartbeatTimeout={Text(HeartbeatTimeout)}", "--Logging:LogLevel:Default=Error", "--Logging:LogLevel:Memento=Error",
        ], TextWriter.Null, builder => builder.Services.AddSingleton<IIncomingGrainCallFilter>(accident));
        await _app.StartAsync(cancellationToken);
        Url = new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    private static string Text(TimeSpan time) => time.ToString("c", CultureInfo.InvariantCulture);
}
