using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Rollback;

/// <summary>Finds rollbacks that should be going on and lets them: those whose silo died, or whose store was away. Runs on every silo while it is active; one that is going on does not mind.</summary>
internal sealed partial class RollbackSweeper(IGrainFactory grains, IRollbackIndex index, IOptions<RollbackOptions> options, TimeProvider clock, ILogger<RollbackSweeper> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int PageSize = 200;

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(RollbackSweeper), ServiceLifecycleStage.Active,
        _ =>
        {
            _running = RunAsync(_stopping.Token);
            return Task.CompletedTask;
        },
        async _ =>
        {
            await _stopping.CancelAsync();
            await _running;
        });

    public void Dispose() => _stopping.Dispose();

    /// <summary>One round. Answers how many rollbacks are not over.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var running = await index.GetRunningAsync(PageSize, cancellationToken);
        foreach (var key in running)
        {
            try
            {
                await grains.GetGrain<IRollbackGrain>(key.ToString()).ResumeAsync();
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogRollbackFailed(log, key, e.Message);   // one that cannot be read must not keep the others waiting
            }
        }

        return running.Count;
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    await SweepAsync(cancellationToken);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    LogFailed(log, e);   // the store may be away; the next round comes anyway
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopped(log);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rollback {Rollback} could not be woken: {Problem}")]
    private static partial void LogRollbackFailed(ILogger log, GrainKey rollback, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for interrupted rollbacks failed; it is tried again")]
    private static partial void LogFailed(ILogger log, Exception error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The search for interrupted rollbacks has stopped")]
    private static partial void LogStopped(ILogger log);
}
