namespace Memento.Transport;

/// <summary>A failure that another attempt may cure. Carries what to throw when it does not.</summary>
internal sealed class TransientException(Exception cause, TimeSpan? retryAfter = null) : Exception(cause.Message, cause)
{
    /// <summary>How long the server asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>Bounded attempts with exponential backoff. Only for calls that may be repeated, which all of Memento's are.</summary>
internal sealed class RetryPolicy(MementoClientOptions options, TimeProvider clock, Func<double> random)
{
    /// <summary>Runs an attempt, numbered from 1, until it succeeds, fails for good, or attempts run out.</summary>
    public async Task<T> RunAsync<T>(Func<int, CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                return await attempt(number, cancellationToken).ConfigureAwait(false);
            }
            catch (TransientException e) when (number >= options.MaxAttempts)
            {
                throw e.InnerException!;
            }
            catch (TransientException e)
            {
                await Task.Delay(DelayAfter(number, e.RetryAfter), clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>How long to wait after a failed attempt: what the server asks for, or <c>RetryDelay · 2^(number−1) · (0.8 … 1.2)</c>, at most <c>MaxRetryDelay</c>.</summary>
    public TimeSpan DelayAfter(int number, TimeSpan? retryAfter = null)
    {
        var wanted = retryAfter ?? options.RetryDelay * Math.Pow(2, Math.Min(number - 1, 20)) * (0.8 + 0.4 * random());
        return wanted < options.MaxRetryDelay ? wanted : options.MaxRetryDelay;
    }
}
