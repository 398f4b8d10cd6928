namespace Memento.Http;

/// <summary>Codes of refusals that only HTTP knows; the others are <see cref="Codes"/>.</summary>
internal static class HttpCodes
{
    public const string RouteNotFound = "ROUTE_NOT_FOUND";
    public const string MethodNotAllowed = "METHOD_NOT_ALLOWED";
    public const string UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE";
    public const string HostNotAllowed = "HOST_NOT_ALLOWED";
    public const string CrossSiteRequest = "CROSS_SITE_REQUEST";
    public const string ClusterUnavailable = "CLUSTER_UNAVAILABLE";
    public const string InternalError = "INTERNAL_ERROR";
}
