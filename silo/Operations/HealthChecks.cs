using Memento.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Memento.Operations;

/// <summary>Whether the store takes and gives, and how fast.</summary>
internal sealed class StoreCheck(Store store) : IHealthCheck
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = await store.CheckAsync(cancellationToken);
        var figures = new Dictionary<string, object>(health.Figures) { ["answeredInMs"] = Math.Round(health.Latency.TotalMilliseconds, 3), ["waitingAppends"] = health.Waiting };
        return new(!health.Healthy ? HealthStatus.Unhealthy : health.Takes ? HealthStatus.Healthy : HealthStatus.Degraded, health.Description, data: figures);
    }
}

/// <summary>Whether this silo is an active member of its cluster and is not about to stop.</summary>
internal sealed class SiloCheck(ISiloStatusOracle silos, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = silos.CurrentStatus;
        var all = silos.GetApproximateSiloStatuses().Values;
        var figures = new Dictionary<string, object> { ["status"] = status.ToString(), ["activeSilos"] = all.Count(s => s is SiloStatus.Active), ["deadSilos"] = all.Count(s => s is SiloStatus.Dead) };
        return Task.FromResult(
            lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("The silo is stopping.", data: figures)
            : status is SiloStatus.Active ? HealthCheckResult.Healthy("The silo is active.", figures)
            : HealthCheckResult.Unhealthy($"The silo is {status}.", data: figures));
    }
}
