using Memento.Journaling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Tasks;

/// <summary>Wakes queues that have open tasks, until they say that they have none: their silo may have died, and times go on.</summary>
internal sealed class QueueSweeper(IGrainFactory grains, ITaskIndex index, IOptions<TaskOptions> options, ILogger<QueueSweeper> log)
    : Sweeper("queues with open tasks", options.Value.SweepInterval, log)
{
    private const int PageSize = 200;

    public override async Task SweepAsync(SweepShare share, CancellationToken cancellationToken)
    {
        for (var (after, more) = (0L, true); more;)
        {
            var page = await index.GetOpenQueuesAsync(after, PageSize, cancellationToken);
            await Task.WhenAll(page.Where(queue => share.Has(queue.Key))
                .Select(queue => TryAsync(queue.Key, () => WakeAsync(queue.Key), cancellationToken)));
            more = page.Count == PageSize;
            if (more) after = page[^1].StreamId;
        }
    }

    private async Task<bool> WakeAsync(GrainKey queue)
    {
        await grains.GetGrain<ITaskQueueGrain>(queue.ToString()).WakeAsync();
        return true;
    }
}
