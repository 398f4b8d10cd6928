using Microsoft.Extensions.Logging;

namespace Memento.Journaling;

/// <summary>Looks for something again and again while the silo is active. A round that fails does not keep the next from coming.</summary>
/// <param name="what">What is looked for, for the log.</param>
/// <param name="interval">Time between two rounds.</param>
/// <param name="clock">Whose time that is.</param>
/// <param name="log">Where failures go.</param>
internal sealed partial class Sweeping(string what, TimeSpan interval, TimeProvider clock, ILogger log) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins when the silo is active, and is over before it stops.</summary>
    public void Begin(ISiloLifecycle silo, Func<CancellationToken, Task> round) => silo.Subscribe(what, ServiceLifecycleStage.Active,
        _ =>
        {
            _running = RunAsync(round, _stopping.Token);
            return Task.CompletedTask;
        },
        async _ =>
        {
            await _stopping.CancelAsync();
            await _running;
        });

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(Func<CancellationToken, Task> round, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    await round(cancellationToken);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    LogFailed(log, e, what);   // the store may be away; the next round comes anyway
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopped(log, what);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for {What} failed; it is tried again")]
    private static partial void LogFailed(ILogger log, Exception error, string what);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The search for {What} has stopped")]
    private static partial void LogStopped(ILogger log, string what);
}
