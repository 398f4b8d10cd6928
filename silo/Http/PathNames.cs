using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Memento.Http;

/// <summary>
/// Names in the path, decoded exactly once. The server hands out paths in which everything but <c>%2F</c> is decoded already,
/// so a name with a percent sign is ambiguous there and is read from the request line instead.
/// </summary>
internal static class PathNames
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The name at a segment of the path, counted from 0. Refused with its route parameter's name if it breaks the rule for names.</summary>
    public static string Name(this HttpContext http, string parameter, int segment)
    {
        var name = (string)http.GetRouteValue(parameter)!;
        if (name.Contains('%', StringComparison.Ordinal)) name = Decode(RawSegment(http, segment), parameter);
        return Names.Check(parameter, name);
    }

    /// <summary>Whether the path was written with a segment <c>.</c> or <c>..</c>, encoded or not.</summary>
    public static bool HasDotSegment(HttpContext http)
    {
        var path = RawPath(http);
        if (path.IndexOf("/.") < 0 && path.IndexOf("/%2", StringComparison.Ordinal) < 0) return false;
        foreach (var range in path.Split('/'))
            if (path[range] is { Length: > 0 and <= 6 } segment && Uri.UnescapeDataString(segment.ToString()) is "." or "..") return true;
        return false;
    }

    /// <summary>The path from a segment on, as it was written.</summary>
    public static string RawRest(this HttpContext http, int segment)
    {
        var path = RawPath(http)[1..];
        for (; segment > 0 && path.IndexOf('/') is >= 0 and var slash; segment--) path = path[(slash + 1)..];
        return segment == 0 ? path.ToString() : "";
    }

    private static ReadOnlySpan<char> RawPath(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.AsSpan();
        if (target.IndexOf('?') is >= 0 and var query) target = target[..query];
        if (target.StartsWith("/")) return target;

        // The absolute form, http://host/path, as proxies send it.
        var authority = target.IndexOf("://");
        if (authority < 0) return target;
        target = target[(authority + 3)..];
        return target.IndexOf('/') is >= 0 and var slash ? target[slash..] : "/";
    }

    private static ReadOnlySpan<char> RawSegment(HttpContext http, int segment)
    {
        var path = RawPath(http)[1..];
        foreach (var range in path.Split('/'))
            if (segment-- == 0) return path[range];
        throw new InvalidOperationException("The route has more segments than the path it matched.");
    }

    /// <summary>Decodes percent signs, once. Refused with the parameter's name if that gives no text.</summary>
    public static string Decode(ReadOnlySpan<char> encoded, string parameter)
    {
        var bytes = new byte[StrictUtf8.GetMaxByteCount(encoded.Length)];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] != '%') length += StrictUtf8.GetBytes(encoded.Slice(i, 1), bytes.AsSpan(length));
            else if (i + 2 < encoded.Length && byte.TryParse(encoded.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[length])) (length, i) = (length + 1, i + 2);
            else throw ProblemException.Malformed(parameter, "has a percent sign without two hexadecimal digits after it");
        }

        try
        {
            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            throw ProblemException.Malformed(parameter, "is not valid UTF-8 once decoded");
        }
    }
}
