namespace Memento.Http;

/// <summary>Pages that few requests ask for. They are put together when the first one does, which spares every start their time and memory.</summary>
internal static class LazyPages
{
    /// <summary>Maps everything at and below a path to what <paramref name="map"/> adds.</summary>
    public static void MapLazily(this WebApplication app, string path, Action<IEndpointRouteBuilder> map)
    {
        var pages = new Lazy<RequestDelegate>(() =>
        {
            var branch = new ApplicationBuilder(app.Services);
            branch.UseRouting();
            branch.UseEndpoints(map);
            return branch.Build();
        });
        app.Map(path + "/{**page}", (RequestDelegate)(http =>
        {
            // The pages have routes of their own, which are looked for only where none is found yet.
            http.SetEndpoint(null);
            http.Request.RouteValues.Clear();
            return pages.Value(http);
        }));
    }
}
