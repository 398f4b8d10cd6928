using Memento.Rollback;
using Memento.Sessions;
using Memento.Workspaces;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Memento;

/// <summary>Registers the client.</summary>
public static class MementoClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IMementoClient"/>, and for the default workspace <see cref="ISessionClient"/>, <see cref="IWorkspaceClient"/>, <see cref="IRollbackClient"/> and <see cref="SessionRecorder"/>.
    /// HTTP if <see cref="MementoClientOptions.Url"/> is set; otherwise grain calls through the <see cref="IClusterClient"/> (or the silo) of the host.
    /// See <see cref="IMementoClient"/> for which to take.
    /// </summary>
    public static IServiceCollection AddMementoClient(this IServiceCollection services, Action<MementoClientOptions> configure)
    {
        services.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IMementoClient>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<MementoClientOptions>>().Value;
            var clock = provider.GetRequiredService<TimeProvider>();
            if (options.Url is not null) return MementoClient.Connect(options, clock);
            var grains = provider.GetService<IGrainFactory>() ?? throw new InvalidOperationException(
                "Memento's client has no Url and the host has no Orleans client. Set Url, or register one with UseOrleansClient.");
            return MementoClient.Over(grains, options, clock);
        });
        services.TryAddSingleton(provider => provider.GetRequiredService<IMementoClient>().Sessions(Workspace(provider)));
        services.TryAddSingleton(provider => provider.GetRequiredService<IMementoClient>().Documents(Workspace(provider)));
        services.TryAddSingleton(provider => provider.GetRequiredService<IMementoClient>().Rollbacks(Workspace(provider)));
        services.TryAddSingleton<SessionRecorder>();
        return services;

        static string Workspace(IServiceProvider provider) => provider.GetRequiredService<IOptions<MementoClientOptions>>().Value.Workspace;
    }
}
