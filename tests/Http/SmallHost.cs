using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using Orleans.Configuration;

namespace Memento.Tests.Http;

/// <summary>
/// Settings that keep the hosts of a test run small. With its defaults each host allocates 30 MB of empty tables, and every start of a silo
/// collects all garbage of the process.
/// </summary>
internal static class SmallHost
{
    /// <summary>Entries in a silo's cache of the grain directory; Orleans' default is a million.</summary>
    public const int DirectoryCacheSize = 1_000;

    /// <summary>Combinations of tags for each metric; OpenTelemetry's default is 2,000.</summary>
    private const int MetricCardinality = 100;

    public static IServiceCollection AddSmallHost(this IServiceCollection services) => services
        .Configure<GrainDirectoryOptions>(options => options.CacheSize = DirectoryCacheSize)
        .ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddView("*", new MetricStreamConfiguration { CardinalityLimit = MetricCardinality }));

    public static void Adjust(WebApplicationBuilder builder) => builder.Services.AddSmallHost();
}
