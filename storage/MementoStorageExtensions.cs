using Memento.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

public static class MementoStorageExtensions
{
    /// <summary>Adds the store that section <c>Memento</c> names. It is opened before any hosted service starts and closed after all have stopped.</summary>
    public static IServiceCollection AddMementoStorage(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StorageOptions>, StorageOptionsCrossValidator>());
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section).ValidateOnStart();
        services.TryAddSingleton<StorageInstruments>();
        services.TryAddSingleton(provider => Store.Open(
            provider.GetRequiredService<IOptions<StorageOptions>>().Value,
            provider.GetRequiredService<StorageInstruments>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(provider => provider.GetRequiredService<Store>().Journal);
        services.TryAddSingleton(provider => provider.GetRequiredService<Store>().Blobs);
        services.TryAddSingleton(provider => provider.GetRequiredService<Store>().Feed);
        services.TryAddSingleton(provider => provider.GetRequiredService<Store>().Sessions);
        services.TryAddSingleton(provider => provider.GetRequiredService<Store>().Workspaces);
        services.TryAddSingleton(provider => provider.GetRequiredService<Store>().Rollbacks);
        services.TryAddSingleton(provider => provider.GetRequiredService<Store>().Audit);
        services.TryAddSingleton(provider => provider.GetRequiredService<Store>().Tasks);
        services.TryAddSingleton(provider => provider.GetRequiredService<Store>().TaskStreams);
        services.TryAddSingleton(provider => provider.GetRequiredService<Store>().TaskQueries);
        services.TryAddSingleton(provider => provider.GetRequiredService<Store>().Agents);
        services.TryAddSingleton(provider => provider.GetRequiredService<Store>().AgentQueries);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, StoreOpening>());
        return services;
    }

    /// <summary>Opens the store before anything else starts, so that a store that cannot be used stops the start with its own error.</summary>
    private sealed class StoreOpening(IServiceProvider services) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<Store>();
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
