using System.Runtime.CompilerServices;
using Memento.Sessions;

namespace Memento.Transport;

/// <summary>Turns streams that may break into one that does not: after each break it opens the next where the last ended.</summary>
internal sealed class SessionWatch(RetryPolicy retries, TimeSpan patience, TimeProvider clock)
{
    /// <param name="fromSeq">The first event wanted.</param>
    /// <param name="open">Opens a stream from a seq. Breaks are thrown as <see cref="TransientException"/>; a plain end is either the session's or the server's.</param>
    /// <param name="isOver">Asks whether the session has ended, to tell the two apart.</param>
    public async IAsyncEnumerable<SessionEvent> RunAsync(
        long fromSeq,
        Func<long, CancellationToken, IAsyncEnumerable<SessionEvent>> open,
        Func<CancellationToken, Task<bool>> isOver,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await isOver(cancellationToken).ConfigureAwait(false);   // A session or server that is not there is told at once; patience is for later.
        var next = fromSeq;
        var failures = 0;
        var lastContact = clock.GetTimestamp();
        while (true)
        {
            TransientException? failure = null;
            await using (var events = open(next, cancellationToken).GetAsyncEnumerator(cancellationToken))
            {
                while (true)
                {
                    try
                    {
                        if (!await events.MoveNextAsync().ConfigureAwait(false)) break;
                    }
                    catch (TransientException e)
                    {
                        failure = e;
                        break;
                    }
                    catch (MementoException e) when (next > fromSeq && IsEnd(e))
                    {
                        yield break;   // It ended while the connection was down.
                    }

                    var current = events.Current;
                    if (current.Seq < next) continue;   // Sent again by a server that resumed too early.
                    if (current.Seq > next)
                    {
                        failure = new(new InvalidDataException($"Event {current.Seq} came where {next} was due."));
                        break;
                    }

                    next++;
                    (failures, lastContact) = (0, clock.GetTimestamp());
                    yield return current;
                }
            }

            if (failure is null)
            {
                try
                {
                    if (await isOver(cancellationToken).ConfigureAwait(false)) yield break;
                    lastContact = clock.GetTimestamp();
                }
                catch (ServerUnreachableException e)
                {
                    failure = new(e);
                }
                catch (MementoException e) when (IsEnd(e))
                {
                    yield break;
                }
            }

            if (failure is not null && clock.GetElapsedTime(lastContact) >= patience) throw failure.InnerException!;
            failures = Math.Min(failures + 1, 6);
            await Task.Delay(retries.DelayAfter(failures, failure?.RetryAfter), clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsEnd(MementoException e) => e.Refusal.Kind is RefusalKind.Gone || e.Code is Codes.SessionNotFound;
}
