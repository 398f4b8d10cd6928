using Npgsql;
using OpenTelemetry.Metrics;

namespace Memento.Operations;

/// <summary>What <c>/metrics</c> shows: Memento, Orleans, the PostgreSQL pool, the runtime and HTTP.</summary>
internal static class Metrics
{
    public const string Path = "/metrics";

    public static IServiceCollection AddMementoMetrics(this IServiceCollection services)
    {
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("Memento", "Microsoft.Orleans", "Microsoft.AspNetCore.Server.Kestrel")
            .AddNpgsqlInstrumentation()
            .AddRuntimeInstrumentation()
            .AddAspNetCoreInstrumentation()
            .AddPrometheusExporter());
        return services;
    }
}
