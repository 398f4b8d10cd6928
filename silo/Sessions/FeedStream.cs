using System.Text.Json;
using Memento.Http;

namespace Memento.Sessions;

/// <summary>All sessions of a workspace as server-sent events, in the order of their commits: <c>id</c> is the place in the feed, <c>data</c> says which session and holds the event.</summary>
internal sealed class FeedStream(SessionCalls calls, IHostApplicationLifetime lifetime)
{
    /// <summary>How long a refusal has to come before the answer is begun. The feed has nothing to ask beforehand.</summary>
    private static readonly TimeSpan TimeToRefuse = TimeSpan.FromMilliseconds(250);

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("GET", "/events/stream", StreamAsync, "streamWorkspace", "Follows all sessions of the workspace as server-sent events; resumes with no gap")
            .Parameters(
                new("after", "Id of an event of this stream to go on after; empty = from the beginning; absent = only what comes from now on."),
                new(ServerSentEvents.LastEventId, "Id of the last event that was seen; wins over after.", Header: true))
            .Answers<string>(contentType: ServerSentEvents.ContentType)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity);

    private async Task StreamAsync(HttpContext http)
    {
        var feed = calls.Feed(http);
        var after = http.Request.Headers[ServerSentEvents.LastEventId].ToString() is { Length: > 0 } last ? last
            : http.Request.Query.TryGetValue("after", out var given) ? given.ToString() : null;
        var stream = new ServerSentEvents(http, calls.StreamHeartbeat, calls.Clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await using var events = feed.WatchAsync(after, ending.Token).GetAsyncEnumerator(ending.Token);
            var moving = events.MoveNextAsync().AsTask();
            await Task.WhenAny(moving, Task.Delay(TimeToRefuse, calls.Clock, ending.Token));
            if (moving.IsFaulted) await moving;
            await stream.StartAsync(ending.Token);
            while (await stream.MoveAsync(moving, ending.Token))
            {
                var e = events.Current;
                stream.Write(e.Cursor, NamedEnumConverter<EventType>.NameOf(e.Event.Type), JsonSerializer.SerializeToUtf8Bytes(e, MementoJson.Default.FeedEvent));
                moving = events.MoveNextAsync().AsTask();
            }
        }
        catch (EnumerationAbortedException)
        {
            // The grain moved or was collected. A client that has seen an event knows where to go on; one that has not must not be moved on silently.
            http.Abort();
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return;
        }
    }
}
