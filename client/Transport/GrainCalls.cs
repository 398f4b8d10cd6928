using System.Runtime.CompilerServices;

namespace Memento.Transport;

/// <summary>Calls of grains: retried where that can help, and with lost clusters told like lost servers.</summary>
internal sealed class GrainCalls(MementoClientOptions options, TimeProvider clock)
{
    public RetryPolicy Retries { get; } = new(options, clock, Random.Shared.NextDouble);

    public TimeProvider Clock => clock;

    /// <summary>For a new thing, or for the key that all attempts of a call carry.</summary>
    public string NewId() => Guid.CreateVersion7(clock.GetUtcNow()).ToString();

    /// <param name="call">Makes an attempt; told its number, from 1.</param>
    public Task<T> TryAsync<T>(Func<int, Task<T>> call, CancellationToken cancellationToken) => Retries.RunAsync(async (number, ct) =>
    {
        try
        {
            return await call(number).WaitAsync(options.RequestTimeout, clock, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (Transient(e) is { } transient)
        {
            throw transient;
        }
    }, cancellationToken);

    /// <summary>Deletes. "Not there" after a lost answer means that the first attempt did it.</summary>
    public Task DeleteAsync(Func<Task> delete, CancellationToken cancellationToken) => TryAsync(async number =>
    {
        try
        {
            await delete().ConfigureAwait(false);
            return true;
        }
        catch (MementoException e) when (number > 1 && e.Refusal.Kind is RefusalKind.NotFound)
        {
            return true;
        }
    }, cancellationToken);

    /// <summary>Reads a stream, once; failures that another attempt may cure are <see cref="TransientException"/>.</summary>
    public static async IAsyncEnumerable<T> StreamAsync<T>(IAsyncEnumerable<T> stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var items = stream.WithCancellation(cancellationToken).ConfigureAwait(false).GetAsyncEnumerator();
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync()) yield break;
            }
            catch (EnumerationAbortedException e)
            {
                throw new TransientException(Unreachable(e));   // The activation moved or its silo died; the next one goes on from the journal.
            }
            catch (Exception e) when (Transient(e) is { } transient)
            {
                throw transient;
            }

            yield return items.Current;
        }
    }

    private static TransientException? Transient(Exception e) => e switch
    {
        MementoException { Refusal.Kind: RefusalKind.Overloaded or RefusalKind.Unavailable } => new(e),
        OrleansException or TimeoutException => new(Unreachable(e)),
        _ => null,
    };

    private static ServerUnreachableException Unreachable(Exception e) => new($"No answer from the cluster: {e.Message}", e);
}
