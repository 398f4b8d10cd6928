using Memento.Journaling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Rollback;

/// <summary>
/// Wakes rollbacks that are not over: their silo may have died, or their store may have been away. A running rollback does not mind.
/// </summary>
internal sealed class RollbackSweeper(
    IGrainFactory grains, IRollbackIndex index, IOptions<RollbackOptions> options, ILogger<RollbackSweeper> log)
    : Sweeper("interrupted rollbacks", options.Value.SweepInterval, log)
{
    private const int PageSize = 200;

    /// <summary>Returns how many rollbacks of the share are not over.</summary>
    public override async Task<int> SweepAsync(SweepShare share, CancellationToken cancellationToken)
    {
        for (var (count, after) = (0, 0L); ;)
        {
            var running = await index.GetRunningAsync(after, PageSize, cancellationToken);
            foreach (var (_, key) in running.Where(rollback => share.Has(rollback.Key)))
            {
                count++;
                await TryAsync(key, () => ResumeAsync(key), cancellationToken);
            }

            if (running.Count < PageSize) return count;
            after = running[^1].StreamId;
        }
    }

    private async Task<bool> ResumeAsync(GrainKey key)
    {
        await grains.GetGrain<IRollbackGrain>(key.ToString()).ResumeAsync();
        return true;
    }
}
