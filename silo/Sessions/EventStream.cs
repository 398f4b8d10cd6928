using System.Globalization;
using System.Text.Json;
using Memento.Http;

namespace Memento.Sessions;

/// <summary>A session's log as server-sent events: <c>id</c> is the seq, <c>event</c> the type, <c>data</c> the event. Ends with <c>event: end</c> when the session ends.</summary>
internal sealed class EventStream(SessionCalls calls, IHostApplicationLifetime lifetime)
{
    /// <summary>Restarts of the enumeration in a row that bring nothing, after which the client is better off connecting anew.</summary>
    private const int MaxFruitlessRestarts = 5;

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("GET", "/sessions/{id}/events/stream", StreamAsync, "streamEvents", "Follows the log as server-sent events; resumes with no gap")
            .Parameters(
                new("from", "First seq, included; the beginning if not said.", ParameterKind.Number),
                new(ServerSentEvents.LastEventId, "Seq of the last event that was seen; wins over from.", ParameterKind.Number, Header: true))
            .Answers<string>(contentType: ServerSentEvents.ContentType)
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status410Gone, StatusCodes.Status422UnprocessableEntity);

    private async Task StreamAsync(HttpContext http)
    {
        var session = calls.Session(http);
        var next = From(http);
        var stream = new ServerSentEvents(http, calls.StreamHeartbeat, calls.Clock);

        // When the server stops, streams end without "end": their clients come back and resume.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        for (var fruitless = 0; fruitless <= MaxFruitlessRestarts; fruitless++)
        {
            var (from, begun) = (next, calls.Clock.GetTimestamp());
            // Whatever is wrong with the request shows up before the first byte, while it can still be said with a status.
            var view = stream.Started ? null : await session.GetAsync();
            await using var events = session.WatchAsync(from, ending.Token).GetAsyncEnumerator(ending.Token);
            try
            {
                var moving = events.MoveNextAsync().AsTask();
                if (view is not null && (from != view.LastSeq + 1 || !view.Active)) await moving;
                await stream.StartAsync(ending.Token);
                while (await stream.MoveAsync(moving, ending.Token))
                {
                    var e = events.Current;
                    stream.Write(e.Seq.ToString(CultureInfo.InvariantCulture), NamedEnumConverter<EventType>.NameOf(e.Type), JsonSerializer.SerializeToUtf8Bytes(e, MementoJson.Default.SessionEvent));
                    next = e.Seq + 1;
                    moving = events.MoveNextAsync().AsTask();
                }

                await stream.EndAsync(ending.Token);
                return;
            }
            catch (EnumerationAbortedException)
            {
                // The grain moved or was collected. Its next activation goes on where this one stopped.
                if (next != from || calls.Clock.GetElapsedTime(begun) > calls.StreamHeartbeat) fruitless = 0;
            }
            catch (MementoException over) when (stream.Started && over.Code is Codes.SessionNotFound or Codes.SessionExpired)
            {
                await stream.EndAsync(ending.Token);
                return;
            }
            catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                return;
            }
        }

        throw new ProblemException(Problem.Of(StatusCodes.Status503ServiceUnavailable, HttpCodes.ClusterUnavailable, "The session moves from silo to silo; come back and resume.") with { RetryAfter = 1 });
    }

    private static long From(HttpContext http)
    {
        var last = http.Request.Headers[ServerSentEvents.LastEventId].ToString();
        var (name, from) = last.Length > 0 ? (ServerSentEvents.LastEventId, QueryParameters.Number(ServerSentEvents.LastEventId, last)) : ("from", http.QueryNumber("from") ?? 1);
        if (from is < 0 or long.MaxValue) throw new MementoException(Refusal.Invalid(name, $"is {from}; must be from 0 to {long.MaxValue - 1}"));
        return last.Length > 0 ? from + 1 : Math.Max(from, 1);
    }
}
