using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orleans.Diagnostics;

namespace Memento.Operations;

/// <summary>
/// What <c>/metrics</c> shows: Memento, Orleans, the PostgreSQL pool, the runtime and HTTP. The same, and traces, go by OTLP to where the standard variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says;
/// without it, no spans are made. The other standard variables (service name, protocol, headers, sampler, interval) are heeded too.
/// </summary>
internal static class Metrics
{
    public const string Path = "/metrics";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Whether spans are made at all.</summary>
    public static bool SendsTraces(IConfiguration configuration) => !string.IsNullOrEmpty(configuration[Endpoint]);

    public static IServiceCollection AddMementoMetrics(this IServiceCollection services, IConfiguration configuration)
    {
        var sends = SendsTraces(configuration);
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(configuration["OTEL_SERVICE_NAME"] ?? "memento")).WithMetrics(metrics =>
        {
            metrics.AddMeter(Telemetry.Name, "Microsoft.Orleans", "Microsoft.AspNetCore.Server.Kestrel").AddNpgsqlInstrumentation().AddRuntimeInstrumentation().AddAspNetCoreInstrumentation().AddPrometheusExporter();
            if (sends) metrics.AddOtlpExporter();
        });
        if (sends)
        {
            telemetry.WithTracing(traces => traces
                .AddSource(Telemetry.Name, ActivitySources.ApplicationGrainActivitySourceName)
                .AddAspNetCoreInstrumentation(http => http.Filter = context => context.Request.Path.StartsWithSegments("/v1"))
                .AddOtlpExporter());
        }

        return services;
    }
}
