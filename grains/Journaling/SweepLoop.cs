using Microsoft.Extensions.Logging;

namespace Memento.Journaling;

/// <summary>
/// Runs all sweeps of a silo while the silo is active. Each round does the shards that belong to this silo at that moment.
/// </summary>
internal sealed partial class SweepLoop(
    IEnumerable<Sweeper> sweepers, ISiloStatusOracle members, TimeProvider clock, ILogger<SweepLoop> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins when the silo is active, and ends before the silo stops.</summary>
    public void Participate(ISiloLifecycle observer) => observer.Subscribe("sweeps", ServiceLifecycleStage.Active,
        _ =>
        {
            _running = Task.WhenAll(sweepers.Select(sweeper => RunAsync(sweeper, _stopping.Token)));
            return Task.CompletedTask;
        },
        async _ =>
        {
            await _stopping.CancelAsync();
            await _running;
        });

    public void Dispose() => _stopping.Dispose();

    /// <summary>Does one round of a sweep: this silo's share of it.</summary>
    public Task RoundAsync(Sweeper sweeper, CancellationToken cancellationToken)
    {
        var active = members.GetApproximateSiloStatuses(onlyActive: true).Keys;
        return sweeper.SweepAsync(SweepShare.Of(sweeper.Name, members.SiloAddress, [.. active]), cancellationToken);
    }

    private async Task RunAsync(Sweeper sweeper, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(sweeper.Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    await RoundAsync(sweeper, cancellationToken);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    LogFailed(log, e, sweeper.Name);   // the store may be away; the next round comes anyway
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopped(log, sweeper.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A round of the sweep of {Sweep} failed; the next one comes anyway")]
    private static partial void LogFailed(ILogger log, Exception error, string sweep);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The sweep of {Sweep} has stopped")]
    private static partial void LogStopped(ILogger log, string sweep);
}
