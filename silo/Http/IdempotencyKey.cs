namespace Memento.Http;

/// <summary>The header by which a client says that two requests are the same one.</summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    /// <summary>The key, or null if there is none. Refused with 400 unless it is 1–256 printable characters.</summary>
    public static string? Of(HttpContext http)
    {
        if (!http.Request.Headers.TryGetValue(Header, out var values)) return null;
        var problem = values.Count == 1 ? Names.Problem(values[0]) : $"is given {values.Count} times; once is allowed";
        return problem is null ? values[0] : throw ProblemException.Malformed(Header, problem);
    }
}
