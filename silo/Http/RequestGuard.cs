using System.Collections.Frozen;

namespace Memento.Http;

/// <summary>What may come in at all. There is no authentication yet, so web pages of others, shown by a browser on this machine, are kept out here.</summary>
internal sealed class RequestGuard(HttpOptions options)
{
    private readonly FrozenSet<string> _hosts = options.AllowedHosts
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Throws <see cref="ProblemException"/> if the request may not come in.</summary>
    public void Check(HttpContext http)
    {
        var request = http.Request;
        var host = request.Host.Host;
        if (!_hosts.Contains(host) && !_hosts.Contains("*"))
            throw Refused(StatusCodes.Status400BadRequest, HttpCodes.HostNotAllowed, $"The host \"{host}\" is not one of {HttpOptions.Section}:AllowedHosts ({options.AllowedHosts}).");

        if (!HttpMethods.IsGet(request.Method) && request.Headers.TryGetValue("Sec-Fetch-Site", out var site) && site == "cross-site")
            throw Refused(StatusCodes.Status403Forbidden, HttpCodes.CrossSiteRequest, "A page of another site may not change anything here.");

        if (PathNames.HasDotSegment(http))
            throw ProblemException.Malformed("path", "has a segment \".\" or \"..\"; URLs swallow these, so nothing may be named like that");
    }

    private static ProblemException Refused(int status, string code, string detail) => new(Problem.Of(status, code, detail));
}
