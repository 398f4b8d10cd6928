using System.Globalization;
using System.Text.Json;
using Memento.Http;

namespace Memento.Rollback;

/// <summary>A rollback's progress as server-sent events: <c>event</c> is its status, <c>data</c> the rollback as it is then. Ends with <c>event: end</c> when it is over.</summary>
internal sealed class RollbackStream(RollbackCalls calls, IHostApplicationLifetime lifetime)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("GET", "/rollbacks/{id}/stream", StreamAsync, "streamRollback", "Follows a rollback as server-sent events")
            .Answers<string>(contentType: ServerSentEvents.ContentType).Refuses(StatusCodes.Status404NotFound);

    private async Task StreamAsync(HttpContext http)
    {
        var rollback = calls.Rollback(http);
        var stream = new ServerSentEvents(http, calls.StreamHeartbeat, calls.Clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        await rollback.GetAsync();   // one that is not there is said with a status
        try
        {
            await stream.StartAsync(ending.Token);
            for (var (sent, over) = (0, false); !over;)
            {
                await using var views = rollback.WatchAsync(ending.Token).GetAsyncEnumerator(ending.Token);
                try
                {
                    while (await stream.MoveAsync(views.MoveNextAsync().AsTask(), ending.Token))
                    {
                        var view = views.Current;
                        stream.Write((++sent).ToString(CultureInfo.InvariantCulture), NamedEnumConverter<RollbackStatus>.NameOf(view.Status), JsonSerializer.SerializeToUtf8Bytes(view, MementoJson.Default.RollbackView));
                    }

                    over = true;
                }
                catch (EnumerationAbortedException)
                {
                    await rollback.GetAsync();   // the grain moved or was collected; its next activation tells how it stands
                }
            }

            await stream.EndAsync(ending.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The server stops. Clients come back and are told how it stands.
        }
    }
}
