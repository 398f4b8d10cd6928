using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace Memento.Transport;

/// <summary>Reads problem details (RFC 9457) back into the refusal that the server made them of.</summary>
internal static class Problem
{
    /// <summary>The refusal in a response's body, or one that says what little the status tells.</summary>
    public static Refusal Read(HttpStatusCode status, ReadOnlySpan<byte> body)
    {
        var kind = KindOf(status);
        try
        {
            var reader = new Utf8JsonReader(body);
            var root = JsonElement.ParseValue(ref reader);
            if (root.ValueKind is JsonValueKind.Object && Text(root, "code") is { } code)
                return new() { Kind = code is Codes.SnapshotCorrupted or Codes.StoredDataCorrupted ? RefusalKind.Damaged : kind, Code = code, Message = Text(root, "detail") ?? Text(root, "title") ?? code, Errors = ErrorsOf(root) };
        }
        catch (JsonException)
        {
            // Not Memento's answer: a proxy's page, or another server on that port. The status is all there is.
        }

        return Refusal.Of(kind, "HTTP_" + (int)status, $"The server answered {(int)status} {status} without saying why; is it a Memento server?");
    }

    private static RefusalKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => RefusalKind.NotFound,
        HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => RefusalKind.Conflict,
        HttpStatusCode.Gone => RefusalKind.Gone,
        HttpStatusCode.RequestEntityTooLarge => RefusalKind.TooLarge,
        HttpStatusCode.UnprocessableEntity => RefusalKind.Invalid,
        HttpStatusCode.TooManyRequests => RefusalKind.Overloaded,
        >= HttpStatusCode.InternalServerError => RefusalKind.Unavailable,
        _ => RefusalKind.Malformed,
    };

    /// <summary><c>errors</c> is an object of field → problems, as in ASP.NET, or an array of <c>{field, problem}</c>.</summary>
    private static ImmutableArray<FieldError> ErrorsOf(JsonElement root)
    {
        if (!root.TryGetProperty("errors", out var errors)) return [];
        return errors.ValueKind switch
        {
            JsonValueKind.Object => [.. errors.EnumerateObject().SelectMany(
                field => field.Value.ValueKind is JsonValueKind.Array ? field.Value.EnumerateArray() : Enumerable.Repeat(field.Value, 1),
                (field, problem) => new FieldError(field.Name, problem.ToString()))],
            JsonValueKind.Array => [.. errors.EnumerateArray()
                .Where(e => e.ValueKind is JsonValueKind.Object)
                .Select(e => new FieldError(Text(e, "field") ?? "", Text(e, "problem") ?? ""))],
            _ => [],
        };
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
