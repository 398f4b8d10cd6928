using Memento.Workspaces;
using Microsoft.Net.Http.Headers;

namespace Memento.Http;

/// <summary>The headers that make a request depend on a version (RFC 9110, section 13).</summary>
internal static class Preconditions
{
    /// <summary>The ETag of If-Match, or null. Throws <see cref="ProblemException"/> (400) for several.</summary>
    public static string? IfMatch(HttpContext http) => http.Request.Headers.IfMatch.Count switch
    {
        0 => null,
        1 => http.Request.Headers.IfMatch[0],
        _ => throw ProblemException.Malformed("If-Match", "has more than one ETag; one is allowed"),
    };

    /// <summary>
    /// Whether a write says <c>If-None-Match: *</c>. Throws <see cref="ProblemException"/> (400) for anything else in that header.
    /// </summary>
    public static bool IfAbsent(HttpContext http)
    {
        var tags = http.Request.Headers.IfNoneMatch;
        if (tags.Count == 0) return false;
        return tags.Count == 1 && tags[0] == Etag.Any ? true : throw ProblemException.Malformed("If-None-Match", "must be *");
    }

    /// <summary>Whether If-None-Match names this version, by any of its tags, compared weakly.</summary>
    public static bool IsKnown(HttpContext http, long version)
    {
        var tags = http.Request.Headers.IfNoneMatch;
        if (tags.Count == 1 && tags[0] is { } only && Etag.Seq(only) == version) return true;
        return EntityTagHeaderValue.TryParseList([.. tags.OfType<string>()], out var known)
            && known.Any(tag => tag.Tag == Etag.Any || Etag.Seq(tag.Tag.ToString()) == version);
    }
}
