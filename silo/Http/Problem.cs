using System.Buffers;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace Memento.Http;

/// <summary>The answer "no" over HTTP: problem details (RFC 9457) with a stable code and the fields at fault.</summary>
internal sealed record Problem
{
    public const string ContentType = "application/problem+json";

    /// <summary>Field of what is wrong with the request as a whole.</summary>
    private const string Whole = "request";

    /// <summary>Characters of the path of a field.</summary>
    private static readonly SearchValues<char> Path = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.[]");

    /// <summary>The HTTP status in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>Stable name for programs.</summary>
    public required string Code { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Detail { get; init; }

    /// <summary>What is wrong, by field: its path in the body, or the name of a parameter or header; <c>body</c> and <c>request</c> are these as a whole.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>Name of this request in the server's log.</summary>
    public string? TraceId { get; init; }

    /// <summary>With <c>STALE_PREVIEW</c>: what the rollback would do now.</summary>
    public Memento.Rollback.RollbackPreview? Preview { get; init; }

    /// <summary>Seconds after which the same request may succeed.</summary>
    [JsonIgnore] public int? RetryAfter { get; init; }

    public static Problem Of(int status, string code, string detail) =>
        new() { Status = status, Title = ReasonPhrases.GetReasonPhrase(status), Code = code, Detail = detail };

    public static Problem Of(Refusal refusal) => Of(StatusOf(refusal.Kind), refusal.Code, refusal.Message) with
    {
        Errors = refusal.Errors.IsDefaultOrEmpty ? refusal.Kind is RefusalKind.TooLarge ? WhatIsTooLarge(refusal.Message) : null : refusal.Errors.GroupBy(e => e.Field).ToDictionary(g => g.Key, g => g.Select(e => e.Problem).ToArray()),
        RetryAfter = refusal.Kind is RefusalKind.Overloaded or RefusalKind.Unavailable ? 1 : null,
    };

    /// <summary>413: the body is longer than this server reads.</summary>
    public static Problem BodyTooLarge(string detail, string problem) =>
        Of(StatusCodes.Status413PayloadTooLarge, Codes.TooLarge, detail) with { Errors = new Dictionary<string, string[]> { ["body"] = [problem] } };

    /// <summary>For a status that something else set without saying why.</summary>
    public static Problem Of(HttpRequest request, int status) => status switch
    {
        StatusCodes.Status404NotFound => Of(status, HttpCodes.RouteNotFound, $"There is nothing at {request.Path}. See /docs for what there is."),
        StatusCodes.Status405MethodNotAllowed => Of(status, HttpCodes.MethodNotAllowed, $"{request.Method} is not possible at {request.Path}; the Allow header says what is."),
        StatusCodes.Status415UnsupportedMediaType => Of(status, HttpCodes.UnsupportedMediaType, "The Content-Type must be application/json, or for a patch of a document application/merge-patch+json or application/json-patch+json."),
        StatusCodes.Status413PayloadTooLarge => BodyTooLarge("The request is larger than this server allows.", "is larger than this server allows"),
        >= 500 => Of(status, HttpCodes.InternalError, "The server failed. Its log says why."),
        _ => Of(status, Codes.MalformedRequest, "The request cannot be understood."),
    };

    /// <summary>A limit is told in words, with the field that is over it in front if it is one field: <c>payload: has …</c>.</summary>
    private static Dictionary<string, string[]> WhatIsTooLarge(string message)
    {
        var end = message.IndexOf(": ", StringComparison.Ordinal);
        return end > 0 && !message.AsSpan(0, end).ContainsAnyExcept(Path) ? new() { [message[..end]] = [message[(end + 2)..]] } : new() { [Whole] = [message] };
    }

    private static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Malformed => StatusCodes.Status400BadRequest,
        RefusalKind.NotFound => StatusCodes.Status404NotFound,
        RefusalKind.Conflict => StatusCodes.Status409Conflict,
        RefusalKind.Gone => StatusCodes.Status410Gone,
        RefusalKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalKind.Invalid => StatusCodes.Status422UnprocessableEntity,
        RefusalKind.Overloaded => StatusCodes.Status429TooManyRequests,
        RefusalKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        RefusalKind.Damaged => StatusCodes.Status500InternalServerError,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of refusal."),
    };
}

/// <summary>A request that HTTP itself refuses, before anything of Memento sees it.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem => problem;

    /// <summary>400: the request cannot be read.</summary>
    public static ProblemException Malformed(string field, string problem) => new(
        Problem.Of(StatusCodes.Status400BadRequest, Codes.MalformedRequest, $"{field}: {problem}") with
        {
            Errors = new Dictionary<string, string[]> { [field] = [problem] },
        });
}
