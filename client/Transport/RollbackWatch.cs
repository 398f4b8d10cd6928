using System.Runtime.CompilerServices;
using System.Text.Json;
using Memento.Rollback;

namespace Memento.Transport;

/// <summary>Turns streams of a rollback's progress that may break into one that does not, and that says nothing twice in a row.</summary>
internal sealed class RollbackWatch(RetryPolicy retries, TimeSpan patience, TimeProvider clock)
{
    /// <param name="get">Reads the rollback. One that is not there is told at once.</param>
    /// <param name="open">Opens a stream, which begins with the rollback as it is. Breaks are thrown as <see cref="TransientException"/>.</param>
    public async IAsyncEnumerable<RollbackView> RunAsync(
        Func<CancellationToken, Task<RollbackView>> get, Func<CancellationToken, IAsyncEnumerable<RollbackView>> open, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = await get(cancellationToken).ConfigureAwait(false);
        yield return last;
        var (failures, lastContact) = (0, clock.GetTimestamp());
        while (!last.IsOver)
        {
            TransientException? failure = null;
            await using (var views = open(cancellationToken).GetAsyncEnumerator(cancellationToken))
            {
                while (!last.IsOver)
                {
                    try
                    {
                        if (!await views.MoveNextAsync().ConfigureAwait(false)) break;
                    }
                    catch (TransientException e)
                    {
                        failure = e;
                        break;
                    }

                    (failures, lastContact) = (0, clock.GetTimestamp());
                    if (IsSame(last, views.Current)) continue;
                    last = views.Current;
                    yield return last;
                }
            }

            if (last.IsOver) yield break;
            if (failure is not null && clock.GetElapsedTime(lastContact) >= patience) throw failure.InnerException!;
            failures = Math.Min(failures + 1, 6);
            await Task.Delay(retries.DelayAfter(failures, failure?.RetryAfter), clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsSame(RollbackView one, RollbackView other) => Bytes(one).AsSpan().SequenceEqual(Bytes(other));

    private static byte[] Bytes(RollbackView view) => JsonSerializer.SerializeToUtf8Bytes(view, MementoJson.Default.RollbackView);
}
