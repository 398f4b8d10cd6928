using System.Net;
using System.Net.Sockets;
using Memento.Operations;
using Memento.Sessions;
using Memento.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Memento.Bench.Stores;

/// <summary>
/// A silo in this process over one database: Memento's grains and store without HTTP, called through the grain interface by a client in the
/// same process.
/// </summary>
internal sealed class BenchSilo : IAsyncDisposable
{
    private readonly IHost _host;

    private BenchSilo(IHost host) => _host = host;

    /// <summary>The workspace that measurements use.</summary>
    public const string Workspace = "bench";

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public Store Store => _host.Services.GetRequiredService<Store>();

    public static async Task<BenchSilo> StartAsync(BenchDatabase database, CancellationToken cancellationToken, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddEnvironmentVariables().AddInMemoryCollection(database.Settings).AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)));   // so that settings can be compared
        builder.Logging.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning).AddFilter("Orleans", LogLevel.Error);
        var (silo, gateway) = FreePorts();
        builder.UseOrleans(orleans => orleans.UseLocalhostClustering(silo, gateway).AddMementoStateStorage().AddMemento());
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new(host);
    }

    public ISessionGrain Session(string id) => Grains.GetGrain<ISessionGrain>($"{Workspace}/{id}");

    /// <summary>Lets go of every activation that is idle, so that the next call of each is a cold one.</summary>
    public Task DeactivateAllAsync() => Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        else _host.Dispose();
    }

    private static (int Silo, int Gateway) FreePorts()
    {
        // Both are held at once, so that they differ.
        using var silo = new TcpListener(IPAddress.Loopback, 0);
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        silo.Start();
        gateway.Start();
        return (((IPEndPoint)silo.LocalEndpoint).Port, ((IPEndPoint)gateway.LocalEndpoint).Port);
    }
}
