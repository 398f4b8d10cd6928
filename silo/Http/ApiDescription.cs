using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Memento.Http;

/// <summary>A parameter of the query string or a header, for the description of the API.</summary>
internal sealed record ParameterDescription(string Name, string Description, ParameterKind Kind = ParameterKind.Text, IReadOnlyList<string>? Values = null, bool Required = false, bool Header = false);

/// <summary>A body as it could be sent, for the description of the API.</summary>
internal sealed record BodyExample(string Json);

internal enum ParameterKind { Text = 0, Number, Flag, Time }

/// <summary>Says of an endpoint what OpenAPI needs to know: what it is for, takes, answers and refuses.</summary>
internal static class ApiDescription
{
    private const string Json = "application/json";

    /// <summary>Parameters of every list.</summary>
    public static readonly ParameterDescription[] Paged =
    [
        new("limit", $"Items in a page: 1 to {Paging.MaxLimit}, {Paging.DefaultLimit} if not said.", ParameterKind.Number),
        new("cursor", "The nextCursor of the page before."),
    ];

    public static readonly ParameterDescription Idempotency = new(IdempotencyKey.Header,
        "1–256 printable characters. The same key gives the same answer; 409 if the request differs.", Header: true);

    public static IEndpointConventionBuilder MapApi(this IEndpointRouteBuilder routes, string method, string pattern, RequestDelegate handler, string name, string summary) =>
        routes.MapMethods(pattern, [method], handler).WithName(name).WithSummary(summary).WithMetadata(handler.Method);

    public static IEndpointConventionBuilder Takes<T>(this IEndpointConventionBuilder endpoint, bool optional = false, params string[] contentTypes) =>
        endpoint.WithMetadata(new AcceptsMetadata(contentTypes.Length == 0 ? [Json] : contentTypes, typeof(T), optional));

    public static IEndpointConventionBuilder Example(this IEndpointConventionBuilder endpoint, string json) => endpoint.WithMetadata(new BodyExample(json));

    public static IEndpointConventionBuilder Parameters(this IEndpointConventionBuilder endpoint, params ReadOnlySpan<ParameterDescription> parameters) =>
        endpoint.WithMetadata([.. parameters]);

    public static IEndpointConventionBuilder Answers<T>(this IEndpointConventionBuilder endpoint, int status = StatusCodes.Status200OK, string contentType = Json) =>
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(T), [contentType]));

    public static IEndpointConventionBuilder AnswersNothing(this IEndpointConventionBuilder endpoint) =>
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status204NoContent, typeof(void)));

    public static IEndpointConventionBuilder Refuses(this IEndpointConventionBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses) endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Problem), [Problem.ContentType]));
        return endpoint;
    }

    /// <summary>Names in an endpoint's path.</summary>
    public static IEnumerable<string> PathParameters(string? pattern) => pattern is null ? [] : RoutePatternFactory.Parse(pattern).Parameters.Select(p => p.Name);
}
