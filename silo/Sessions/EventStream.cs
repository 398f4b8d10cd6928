using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Memento.Http;

namespace Memento.Sessions;

/// <summary>
/// A session's log as server-sent events: <c>id</c> is the seq, <c>event</c> the type, <c>data</c> the event. Ends with <c>event: end</c> when the session ends.
/// The next event is only asked for when the client took the one before, so a client that stops reading holds its connection and nothing else, and the server
/// closes that when nothing moves for some seconds.
/// </summary>
internal sealed class EventStream(SessionCalls calls, IHostApplicationLifetime lifetime)
{
    private const int FlushAt = 32 * 1024;

    /// <summary>Restarts of the enumeration in a row that bring nothing, after which the client is better off connecting anew.</summary>
    private const int MaxFruitlessRestarts = 5;

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("GET", "/sessions/{id}/events/stream", StreamAsync, "streamEvents", "Follows the log as server-sent events; resumes with no gap")
            .Parameters(
                new("from", "First seq, included; the beginning if not said.", ParameterKind.Number),
                new("Last-Event-ID", "Seq of the last event that was seen; wins over from.", ParameterKind.Number, Header: true))
            .Answers<string>(contentType: "text/event-stream")
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status410Gone);

    private async Task StreamAsync(HttpContext http)
    {
        var session = calls.Session(http);
        var next = From(http);

        // When the server stops, streams end without "end": their clients come back and resume.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var started = false;
        for (var fruitless = 0; fruitless <= MaxFruitlessRestarts; fruitless++)
        {
            var (from, begun) = (next, calls.Clock.GetTimestamp());
            // Whatever is wrong with the request shows up before the first byte, while it can still be said with a status.
            var view = started ? null : await session.GetAsync();
            await using var events = session.WatchAsync(from, ending.Token).GetAsyncEnumerator(ending.Token);
            try
            {
                var moving = events.MoveNextAsync().AsTask();
                if (view is not null)
                {
                    if (from != view.LastSeq + 1 || !view.Active) await moving;
                    await StartAsync(http, ending.Token);
                    started = true;
                }

                while (await MoveAsync(moving, http.Response.BodyWriter, ending.Token))
                {
                    Write(http.Response.BodyWriter, events.Current);
                    next = events.Current.Seq + 1;
                    moving = events.MoveNextAsync().AsTask();
                }

                await EndAsync(http, ending.Token);
                return;
            }
            catch (EnumerationAbortedException)
            {
                // The grain moved or was collected. Its next activation goes on where this one stopped.
                if (next != from || calls.Clock.GetElapsedTime(begun) > calls.StreamHeartbeat) fruitless = 0;
            }
            catch (MementoException refused) when (started && refused.Refusal.Kind is RefusalKind.NotFound or RefusalKind.Gone)
            {
                await EndAsync(http, ending.Token);
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
        var last = http.Request.Headers["Last-Event-ID"].ToString();
        var from = last.Length > 0 ? QueryParameters.Number("Last-Event-ID", last) + 1 : http.QueryNumber("from") ?? 1;
        return from >= 0 ? Math.Max(from, 1) : throw new MementoException(Refusal.Invalid(last.Length > 0 ? "Last-Event-ID" : "from", $"is {from}; must not be negative"));
    }

    private static async Task StartAsync(HttpContext http, CancellationToken cancellationToken)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";   // nginx would hold events back
        http.Response.BodyWriter.Write(": memento\n\n"u8);
        await http.Response.BodyWriter.FlushAsync(cancellationToken);
    }

    /// <summary>Waits for the next event. What was written goes out first if there is time, and a comment goes out whenever the wait gets long.</summary>
    private async ValueTask<bool> MoveAsync(Task<bool> moving, PipeWriter output, CancellationToken cancellationToken)
    {
        if (!moving.IsCompleted || output.UnflushedBytes >= FlushAt) await output.FlushAsync(cancellationToken);
        while (!moving.IsCompleted)
        {
            try
            {
                await moving.WaitAsync(calls.StreamHeartbeat, calls.Clock, cancellationToken);
            }
            catch (TimeoutException) when (!moving.IsCompleted)
            {
                output.Write(": heartbeat\n\n"u8);
                await output.FlushAsync(cancellationToken);
            }
        }

        return await moving;
    }

    private static void Write(PipeWriter output, SessionEvent e)
    {
        output.Write("id: "u8);
        var number = output.GetSpan(20);
        e.Seq.TryFormat(number, out var written, provider: CultureInfo.InvariantCulture);
        output.Advance(written);
        output.Write("\nevent: "u8);
        output.Write(Encoding.UTF8.GetBytes(NamedEnumConverter<EventType>.NameOf(e.Type)));
        output.Write("\ndata: "u8);
        output.Write(JsonSerializer.SerializeToUtf8Bytes(e, MementoJson.Default.SessionEvent));
        output.Write("\n\n"u8);
    }

    private static async Task EndAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (!http.Response.HasStarted) await StartAsync(http, cancellationToken);
        http.Response.BodyWriter.Write("event: end\ndata: {}\n\n"u8);
        await http.Response.BodyWriter.FlushAsync(cancellationToken);
    }
}
