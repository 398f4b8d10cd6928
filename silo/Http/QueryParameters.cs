using System.Collections.Immutable;
using System.Globalization;

namespace Memento.Http;

/// <summary>Reads the query string. What cannot be read is refused with 400, what breaks a rule with 422; both name the parameter.</summary>
internal static class QueryParameters
{
    /// <summary>The value, or null if the parameter is absent or empty.</summary>
    public static string? Query(this HttpContext http, string name) => http.Request.Query.TryGetValue(name, out var values) ? values.Count switch
    {
        0 => null,
        1 => string.IsNullOrEmpty(values[0]) ? null : values[0],
        _ => throw ProblemException.Malformed(name, $"is given {values.Count} times; once is allowed"),
    } : null;

    /// <summary>All values of a parameter that may be given several times.</summary>
    public static ImmutableArray<string> QueryAll(this HttpContext http, string name) => [.. http.Request.Query[name].OfType<string>()];

    /// <summary>A user-given name, held to the rule for names.</summary>
    public static string? QueryName(this HttpContext http, string name) => http.Query(name) is not { } value ? null
        : Names.Check(name, value);

    public static string RequiredQueryName(this HttpContext http, string name) => http.QueryName(name) ?? throw ProblemException.Malformed(name, "is missing");

    public static long? QueryNumber(this HttpContext http, string name) => http.Query(name) is { } value ? Number(name, value) : null;

    public static long Number(string name, string value) => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw ProblemException.Malformed(name, $"is {Quoted.Text(value)}; must be a whole number");

    /// <summary>How many items a page shall have.</summary>
    public static int QueryLimit(this HttpContext http) => http.QueryNumber("limit") is { } limit ? Paging.Check((int)Math.Clamp(limit, int.MinValue, int.MaxValue)) : Paging.DefaultLimit;

    public static bool QueryFlag(this HttpContext http, string name) => http.Query(name) switch
    {
        null or "false" => false,
        "true" => true,
        var value => throw ProblemException.Malformed(name, $"is {Quoted.Text(value)}; must be true or false"),
    };

    public static T? QueryEnum<T>(this HttpContext http, string name) where T : struct, Enum => http.Query(name) is not { } value ? null
        : NamedEnumConverter<T>.TryParse(value, out var known) ? known
        : throw new MementoException(Refusal.Invalid(name, $"is {Quoted.Text(value)}; must be one of: {string.Join(", ", NamedEnumConverter<T>.KnownNames)}"));

    /// <summary>A time with its offset from UTC (RFC 3339).</summary>
    public static DateTimeOffset? QueryTime(this HttpContext http, string name) => http.Query(name) is not { } value ? null
        : Rfc3339.TryParse(value, out var time) ? time
        : throw ProblemException.Malformed(name, $"is {Quoted.Text(value)}; must be a time like {Rfc3339.Example}");
}

/// <summary>Times as text.</summary>
internal static class Rfc3339
{
    public const string Example = "2026-01-31T12:00:00Z";

    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads a time; one without an offset is taken as UTC.</summary>
    public static bool TryParse(string text, out DateTimeOffset time) =>
        // A plus sign that was not encoded arrives as a space.
        DateTimeOffset.TryParseExact(text.Replace(' ', '+'), Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}
