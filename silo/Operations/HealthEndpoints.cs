using System.Globalization;
using System.Text.Json.Serialization;
using Memento.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Memento.Operations;

/// <summary>Answer of the health endpoints.</summary>
internal sealed record HealthView
{
    /// <summary>The worst of the components: <c>healthy</c>, <c>warning</c> or <c>down</c>.</summary>
    public required string Status { get; init; }

    /// <summary>By name of the component.</summary>
    public IReadOnlyDictionary<string, ComponentHealth>? Components { get; init; }
}

/// <summary>Health of one component.</summary>
internal sealed record ComponentHealth
{
    public required string Status { get; init; }

    public string? Description { get; init; }

    /// <summary>How long finding out took, in milliseconds.</summary>
    public required double LatencyMs { get; init; }

    /// <summary>Figures of the component: numbers and short texts.</summary>
    public IReadOnlyDictionary<string, string>? Texts { get; init; }

    /// <inheritdoc cref="Texts"/>
    [JsonPropertyName("figures")] public IReadOnlyDictionary<string, double>? Figures { get; init; }
}

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its work. <c>/health</c>: how each component is.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi("GET", "/health/live", Live, "getLiveness", "Whether the process answers").WithTags(OpenApi.Operating).Answers<HealthView>();
        routes.MapApi("GET", "/health/ready", ReadyAsync, "getReadiness", "Whether it can take work").WithTags(OpenApi.Operating)
            .Answers<HealthView>().Answers<HealthView>(StatusCodes.Status503ServiceUnavailable);
        routes.MapApi("GET", "/health", HealthAsync, "getHealth", "How each component is, with measured latencies").WithTags(OpenApi.Operating)
            .Answers<HealthView>().Answers<HealthView>(StatusCodes.Status503ServiceUnavailable);
    }

    private static Task Live(HttpContext http)
    {
        Answer(http, new HealthView { Status = Name(HealthStatus.Healthy) }, healthy: true);
        return Task.CompletedTask;
    }

    private static async Task ReadyAsync(HttpContext http)
    {
        var report = await CheckAsync(http);
        Answer(http, new HealthView { Status = Name(report.Status) }, report.Status is not HealthStatus.Unhealthy);
    }

    private static async Task HealthAsync(HttpContext http)
    {
        var report = await CheckAsync(http);
        var components = report.Entries.ToDictionary(e => e.Key, e => new ComponentHealth
        {
            Status = Name(e.Value.Status),
            Description = e.Value.Description,
            LatencyMs = Math.Round(e.Value.Duration.TotalMilliseconds, 3),
            Figures = Numbers(e.Value.Data),
            Texts = Strings(e.Value.Data),
        });
        Answer(http, new HealthView { Status = Name(report.Status), Components = components }, report.Status is not HealthStatus.Unhealthy);
    }

    private static Task<HealthReport> CheckAsync(HttpContext http) => http.RequestServices.GetRequiredService<HealthCheckService>().CheckHealthAsync(http.RequestAborted);

    private static void Answer(HttpContext http, HealthView health, bool healthy)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Answer(health, HttpJson.Default.HealthView, healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "warning",
        _ => "down",
    };

    private static Dictionary<string, double>? Numbers(IReadOnlyDictionary<string, object> data)
    {
        var numbers = data.Where(d => d.Value is IConvertible and not string and not bool).ToDictionary(d => d.Key, d => Convert.ToDouble(d.Value, CultureInfo.InvariantCulture));
        return numbers.Count == 0 ? null : numbers;
    }

    private static Dictionary<string, string>? Strings(IReadOnlyDictionary<string, object> data)
    {
        var texts = data.Where(d => d.Value is string or bool).ToDictionary(d => d.Key, d => d.Value.ToString()!);
        return texts.Count == 0 ? null : texts;
    }
}
