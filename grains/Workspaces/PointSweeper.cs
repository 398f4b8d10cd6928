using Memento.Journaling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Workspaces;

/// <summary>
/// Removes the rollback points whose time is up. The workspace itself decides: a point that was pinned a moment ago stays.
/// </summary>
internal sealed partial class PointSweeper(
    IGrainFactory grains, IWorkspaceIndex index, IOptions<WorkspaceOptions> options, TimeProvider clock, ILogger<PointSweeper> log)
    : Sweeper("expired rollback points", options.Value.SweepInterval, log)
{
    private const int PageSize = 200;

    /// <summary>Returns how many points were removed.</summary>
    public override async Task<int> SweepAsync(SweepShare share, CancellationToken cancellationToken)
    {
        var (now, removed) = (clock.GetUtcNow(), 0);
        for (var skipped = 0; ;)
        {
            var due = await index.GetDuePointsAsync(now, skipped, PageSize, cancellationToken);
            var gone = (await Task.WhenAll(due.Where(share.Has).Select(key => TryAsync(
                key, () => grains.GetGrain<IWorkspaceGrain>(key.Workspace).ExpirePointIfDueAsync(key.Id), cancellationToken))))
                .Count(isGone => isGone);
            removed += gone;
            skipped += due.Count - gone;   // points that stay, and those of other silos, keep their rows
            if (due.Count < PageSize) break;
        }

        if (removed > 0) LogSwept(log, removed);
        return removed;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Removed} rollback points expired")]
    private static partial void LogSwept(ILogger log, int removed);
}
