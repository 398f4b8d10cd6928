using Memento.Journaling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Sessions;

/// <summary>
/// Ends the sessions whose time is up and takes back the space of those that are long over. The session itself decides: one that was used
/// a moment ago stays.
/// </summary>
internal sealed partial class SessionSweeper(
    IGrainFactory grains, ISessionIndex index, IOptions<SessionOptions> options, TimeProvider clock, ILogger<SessionSweeper> log)
    : Sweeper("expired sessions", options.Value.SweepInterval, log)
{
    private const int PageSize = 200;

    /// <summary>Returns how many sessions were ended and how many were removed.</summary>
    public override async Task<(int Ended, int Removed)> SweepAsync(SweepShare share, CancellationToken cancellationToken)
    {
        var ended = await EndAsync(share, cancellationToken);
        var removed = share.Has("removal") ? await RemoveAsync(cancellationToken) : 0;
        if (ended + removed > 0) LogSwept(log, ended, removed);
        return (ended, removed);
    }

    private async Task<int> EndAsync(SweepShare share, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        for (var (ended, skipped) = (0, 0); ;)
        {
            var due = await index.GetDueAsync(now, skipped, PageSize, cancellationToken);
            var over = await Task.WhenAll(due.Where(share.Has).Select(key =>
                TryAsync(key, () => grains.GetGrain<ISessionGrain>(key.ToString()).ExpireIfDueAsync(), cancellationToken)));
            var ends = over.Count(x => x);
            ended += ends;
            skipped += due.Count - ends;   // sessions in use, and those of other silos, keep their rows
            if (due.Count < PageSize) return ended;
        }
    }

    private async Task<int> RemoveAsync(CancellationToken cancellationToken)
    {
        var (now, removed) = (clock.GetUtcNow(), 0);
        for (var trimmed = PageSize; trimmed == PageSize; removed += trimmed)
        {
            trimmed = await index.TrimAsync(
                now - options.Value.Retention, now - options.Value.DeletedRetention, now - options.Value.IdempotencyRetention, PageSize,
                cancellationToken);
        }

        return removed;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Ended} sessions expired, the history of {Removed} was removed")]
    private static partial void LogSwept(ILogger log, int ended, int removed);
}
