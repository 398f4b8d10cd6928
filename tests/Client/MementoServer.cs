using Memento.Tests.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Memento.Tests.Client;

/// <summary>The whole program, as <c>dotnet run --project silo</c> starts it, on free ports and a folder of its own.</summary>
public sealed class MementoServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("memento-server-").FullName;
    private WebApplication? _app;
    private int _port;

    public Uri Url => new($"http://127.0.0.1:{_port}/");

    public IGrainFactory Grains => _app!.Services.GetRequiredService<IGrainFactory>();

    public async ValueTask InitializeAsync()
    {
        _app = MementoHost.Build(
            [$"--urls=http://127.0.0.1:{_port}", "--Memento:SiloPort=0", "--Memento:GatewayPort=0", $"--Memento:DataDirectory={_folder}", "--Memento:Sqlite:Synchronous=normal"],
            TextWriter.Null, SmallHost.Adjust);
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _port = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    /// <summary>Stops it and starts it again on the same port and data.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StopAsync()
    {
        await _app!.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _app = null;   // Timers of the runtime keep the context of whoever made them, and so this fixture.
    }
}
