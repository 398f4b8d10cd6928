namespace Memento.Http;

/// <summary>Pages that others made and that we serve: held to what this server has, so that they work offline and tell nobody anything.</summary>
internal static class SelfContainedPages
{
    private const string Policy = "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
        "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

    public static TBuilder SelfContained<TBuilder>(this TBuilder pages) where TBuilder : IEndpointConventionBuilder
    {
        pages.Finally(page =>
        {
            var inner = page.RequestDelegate!;
            page.RequestDelegate = http =>
            {
                http.Response.Headers.ContentSecurityPolicy = Policy;
                return inner(http);
            };
        });
        return pages;
    }
}
