using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Memento.Tests.Grains;

/// <summary>Faults of stored grain state; none, unless a test says so.</summary>
internal sealed class StateFaults
{
    /// <summary>Called before a state is written.</summary>
    public volatile Func<Task>? OnWrite;

    public void Heal() => OnWrite = null;
}

/// <summary>Grain storage that fails when a test wants it to.</summary>
internal sealed class FaultyStateStorage(IGrainStorage inner, StateFaults faults) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>Puts faults in front of the grain storage that Memento's grains use.</summary>
    public static void Decorate(IServiceCollection services, StateFaults faults)
    {
        const string Name = MementoSiloBuilderExtensions.StateStorage;
        var added = services.Last(s => s.IsKeyedService && s.ServiceType == typeof(IGrainStorage) && Name.Equals(s.ServiceKey));
        var make = added.KeyedImplementationFactory!;
        services.Remove(added);
        services.AddKeyedSingleton<IGrainStorage>(
            Name, (provider, key) => new FaultyStateStorage((IGrainStorage)make(provider, key), faults));
    }

    public void Participate(ISiloLifecycle observer) => ((ILifecycleParticipant<ISiloLifecycle>)inner).Participate(observer);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (faults.OnWrite is { } fault) await fault();
        await inner.WriteStateAsync(stateName, grainId, grainState);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ClearStateAsync(stateName, grainId, grainState);
}
