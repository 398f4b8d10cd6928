using Memento.Journaling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Rollback;

/// <summary>Finds rollbacks that should be going on and lets them: those whose silo died, or whose store was away. Runs on every silo while it is active; one that is going on does not mind.</summary>
internal sealed partial class RollbackSweeper(IGrainFactory grains, IRollbackIndex index, IOptions<RollbackOptions> options, TimeProvider clock, ILogger<RollbackSweeper> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int PageSize = 200;

    private readonly Sweeping _sweeping = new("interrupted rollbacks", options.Value.SweepInterval, clock, log);

    public void Participate(ISiloLifecycle observer) => _sweeping.Begin(observer, SweepAsync);

    public void Dispose() => _sweeping.Dispose();

    /// <summary>One round. Answers how many rollbacks are not over.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var (count, after) = (0, 0L);
        while (true)
        {
            var running = await index.GetRunningAsync(after, PageSize, cancellationToken);
            foreach (var (stream, key) in running)
            {
                after = stream;
                try
                {
                    await grains.GetGrain<IRollbackGrain>(key.ToString()).ResumeAsync();
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    LogRollbackFailed(log, key, e.Message);   // one that cannot be read must not keep the others waiting
                }
            }

            count += running.Count;
            if (running.Count < PageSize) return count;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rollback {Rollback} could not be woken: {Problem}")]
    private static partial void LogRollbackFailed(ILogger log, GrainKey rollback, string problem);
}
