using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Memento.Http;

/// <summary>
/// Writes server-sent events. The next one is only asked for when the client took the one before, so a client that stops reading holds its connection and
/// nothing else, and the server closes that when nothing moves for some seconds.
/// </summary>
internal sealed class ServerSentEvents(HttpContext http, TimeSpan heartbeat, TimeProvider clock)
{
    public const string ContentType = "text/event-stream";
    public const string LastEventId = "Last-Event-ID";
    private const int FlushAt = 32 * 1024;

    private static readonly TimeSpan TimeToLetGo = TimeSpan.FromSeconds(1);

    private PipeWriter Output => http.Response.BodyWriter;

    /// <summary>Whether the first byte went out. Before it, errors can still be told with a status.</summary>
    public bool Started { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Started) return;
        Started = true;
        http.Response.ContentType = ContentType;
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";   // nginx would hold events back
        Output.Write(": memento\n\n"u8);
        await Output.FlushAsync(cancellationToken);
    }

    /// <summary>Queues an event. <paramref name="json"/> has no line breaks.</summary>
    public void Write(string id, string name, ReadOnlySpan<byte> json)
    {
        Encoding.UTF8.GetBytes($"id: {id}\nevent: {name}\ndata: ", Output);
        Output.Write(json);
        Output.Write("\n\n"u8);
    }

    /// <summary>Says that there is nothing more to come, ever.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        Output.Write("event: end\ndata: {}\n\n"u8);
        await Output.FlushAsync(cancellationToken);
    }

    /// <summary>
    /// Waits for the next event. What was written goes out first if there is time, and a comment goes out whenever the wait gets long.
    /// The token must also cancel <paramref name="moving"/>: the request ends when that has let go, so that a silo that stops is not asked for it any more.
    /// </summary>
    public async ValueTask<bool> MoveAsync(Task<bool> moving, CancellationToken cancellationToken)
    {
        try
        {
            return await WaitAsync(moving, cancellationToken);
        }
        catch (OperationCanceledException) when (!moving.IsCompleted)
        {
            await Task.WhenAny(moving, Task.Delay(TimeToLetGo, clock, CancellationToken.None));
            throw;
        }
    }

    private async ValueTask<bool> WaitAsync(Task<bool> moving, CancellationToken cancellationToken)
    {
        if (!moving.IsCompleted || Output.UnflushedBytes >= FlushAt) await Output.FlushAsync(cancellationToken);
        while (!moving.IsCompleted)
        {
            try
            {
                await moving.WaitAsync(heartbeat, clock, cancellationToken);
            }
            catch (TimeoutException) when (!moving.IsCompleted)
            {
                Output.Write(": heartbeat\n\n"u8);
                await Output.FlushAsync(cancellationToken);
            }
        }

        return await moving;
    }
}
