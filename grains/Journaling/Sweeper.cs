using Microsoft.Extensions.Logging;

namespace Memento.Journaling;

/// <summary>
/// A periodic pass over due items, which wakes what must survive a restart. The tables say what is due; the grains decide. The silos share
/// the items: see <see cref="SweepShare"/>.
/// </summary>
/// <param name="name">What is swept, for the log and for the spread of the shards.</param>
/// <param name="interval">Time between two rounds.</param>
/// <param name="log">Where failures go.</param>
internal abstract partial class Sweeper(string name, TimeSpan interval, ILogger log)
{
    public string Name => name;

    public TimeSpan Interval => interval;

    /// <summary>Does this silo's share of one round. Two silos that do the same item must do no harm.</summary>
    public abstract Task SweepAsync(SweepShare share, CancellationToken cancellationToken);

    /// <summary>Does something with an item. A failure is logged, so that one item does not keep the others waiting.</summary>
    /// <returns>What <paramref name="act"/> returned; false if it failed.</returns>
    protected async Task<bool> TryAsync(GrainKey item, Func<Task<bool>> act, CancellationToken cancellationToken)
    {
        try
        {
            return await act();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogItemFailed(log, e, name, item);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweep of {Sweep} failed for {Item}; the next round tries it again")]
    private static partial void LogItemFailed(ILogger log, Exception error, string sweep, GrainKey item);
}
