namespace Memento.Http;

/// <summary>The page at <c>/</c>: what this is, and where everything is. No scripts, nothing from elsewhere.</summary>
internal static class HomePage
{
    private const string Html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Memento</title>
        <link rel="icon" href="data:,">
        <style>
        :root { color-scheme: light dark; }
        body { font: 1.0625rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 0 auto; padding: 2rem 1rem; }
        h1 { margin: 0; font-size: 1.75rem; }
        nav a { display: block; padding: .75rem 1rem; margin: .5rem 0; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .5rem; color: inherit; text-decoration: none; }
        nav a:hover { border-color: currentColor; }
        a:focus-visible { outline: 3px solid #2f6fde; outline-offset: 2px; }
        nav b { display: block; }
        nav span { opacity: .75; font-size: .9375rem; }
        pre { overflow-x: auto; padding: 1rem; border-radius: .5rem; background: color-mix(in srgb, currentColor 7%, transparent); font-size: .875rem; }
        </style>
        </head>
        <body>
        <main>
        <h1>Memento</h1>
        <p>The shared memory of a fleet of agents. This server is running.</p>
        <nav aria-label="Pages of this server">
        <a href="/docs"><b>API reference</b><span>every call, with examples and schemas</span></a>
        <a href="/openapi/v1.json"><b>OpenAPI document</b><span>for generating clients</span></a>
        <a href="/dashboard/"><b>Orleans Dashboard</b><span>grains, calls and silos, live</span></a>
        <a href="/health"><b>Health</b><span>each component, with its latency (also <code>/health/live</code>, <code>/health/ready</code>)</span></a>
        <a href="/metrics"><b>Metrics</b><span>for Prometheus</span></a>
        <a href="/v1/workspaces/default/sessions"><b>Sessions</b><span>of the workspace <code>default</code>, as JSON</span></a>
        </nav>
        <h2>Try it</h2>
        <pre tabindex="0" aria-label="Example">curl -H 'Content-Type: application/json' \
          -d '{"agentId":"me","sessionId":"hello"}' \
          ORIGIN/v1/workspaces/default/sessions
        curl -H 'Content-Type: application/json' \
          -d '{"type":"modified","actor":"me","changeInfo":{"elementType":"function",
               "entityIds":["src/main.c"],"operation":"modified"}}' \
          ORIGIN/v1/workspaces/default/sessions/hello/events
        curl ORIGIN/v1/workspaces/default/sessions/hello/events</pre>
        </main>
        </body>
        </html>
        """;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", Answer).ExcludeFromDescription();

    private static Task Answer(HttpContext http)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'";
        // The host is one of the allowed ones, but it comes from the request and goes into a page.
        var origin = System.Net.WebUtility.HtmlEncode($"{http.Request.Scheme}://{http.Request.Host}");
        return http.Response.WriteAsync(Html.Replace("ORIGIN", origin, StringComparison.Ordinal));
    }
}
