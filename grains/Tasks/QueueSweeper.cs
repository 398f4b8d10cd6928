using Memento.Journaling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Tasks;

/// <summary>Wakes queues that have open tasks, until they say that they have none: their silo may have died, and times go on. Runs on every silo while it is active; one that is awake does not mind.</summary>
internal sealed partial class QueueSweeper(IGrainFactory grains, ITaskIndex index, IOptions<TaskOptions> options, TimeProvider clock, ILogger<QueueSweeper> log) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int PageSize = 200;

    private readonly Sweeping _sweeping = new("queues with open tasks", options.Value.SweepInterval, clock, log);

    public void Participate(ISiloLifecycle observer) => _sweeping.Begin(observer, SweepAsync);

    public void Dispose() => _sweeping.Dispose();

    /// <summary>One round.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        for (var (after, more) = (0L, true); more;)
        {
            var page = await index.GetOpenQueuesAsync(after, PageSize, cancellationToken);
            await Task.WhenAll(page.Select(queue => WakeAsync(queue.Key)));
            more = page.Count == PageSize;
            if (more) after = page[^1].StreamId;
        }
    }

    private async Task WakeAsync(GrainKey queue)
    {
        try
        {
            await grains.GetGrain<ITaskQueueGrain>(queue.ToString()).WakeAsync();
        }
        catch (Exception e)
        {
            LogFailed(log, queue, e.Message);   // one that cannot be read must not keep the others waiting
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Queue {Queue} could not be woken: {Problem}")]
    private static partial void LogFailed(ILogger log, GrainKey queue, string problem);
}
