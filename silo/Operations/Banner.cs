using Memento.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Memento.Operations;

/// <summary>Says where everything is, once everything answers.</summary>
internal sealed class Banner(IServer server, FreePorts ports, IOptions<NodeOptions> node, IOptions<StorageOptions> storage, BannerOutput output, StartProgress start) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        start.Done = true;
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        await output.Writer.WriteAsync(Text([.. addresses]));
        await output.Writer.FlushAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private string Text(string[] addresses)
    {
        var http = addresses.Length > 0 ? addresses[0].TrimEnd('/') : "";
        return $"""
            Memento {Version} is ready.
              API         {string.Join("  ", addresses)}  (/v1/workspaces/…)
              API docs    {http}/docs  (OpenAPI: {http}/openapi/v1.json)
              Dashboard   {http}/dashboard
              Health      {http}/health
              Metrics     {http}/metrics
              Store       {Store()}
              Silo        127.0.0.1:{ports.Silo}, gateway 127.0.0.1:{ports.Gateway}, clustering {node.Value.Clustering.ToString().ToLowerInvariant()}
            Ctrl+C stops it.

            """;
    }

    private string Store()
    {
        var options = storage.Value;
        if (options.Store is StoreKind.Sqlite) return $"sqlite, {options.DatabaseFile} (synchronous={options.Sqlite.Synchronous.ToString().ToLowerInvariant()})";
        var at = new Npgsql.NpgsqlConnectionStringBuilder(options.ConnectionStrings.PostgreSql);
        return $"postgresql at {at.Host}:{at.Port}, database {at.Database}";
    }

    private static string Version => typeof(Banner).Assembly.GetName().Version?.ToString(3) ?? "";
}

/// <summary>Where the banner goes.</summary>
internal sealed record BannerOutput(TextWriter Writer);
