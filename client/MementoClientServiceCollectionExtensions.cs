using Memento.Sessions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Memento;

/// <summary>Registers the client.</summary>
public static class MementoClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IMementoClient"/>, <see cref="ISessionClient"/> for the default workspace, and <see cref="SessionRecorder"/>.
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
        services.TryAddSingleton(provider => provider.GetRequiredService<IMementoClient>().Sessions(provider.GetRequiredService<IOptions<MementoClientOptions>>().Value.Workspace));
        services.TryAddSingleton<SessionRecorder>();
        return services;
    }
}
