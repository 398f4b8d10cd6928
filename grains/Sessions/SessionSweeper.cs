using Memento.Journaling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Sessions;

/// <summary>
/// Ends the sessions whose time is up and takes back the space of those that are long over. Runs on every silo while it is active; two that meet at a session do no harm.
/// The tables say who is due, the session itself decides: one that was used a moment ago stays.
/// </summary>
internal sealed partial class SessionSweeper(IGrainFactory grains, ISessionIndex index, IOptions<SessionOptions> options, TimeProvider clock, ILogger<SessionSweeper> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int PageSize = 200;

    private readonly Sweeping _sweeping = new("expired sessions", options.Value.SweepInterval, clock, log);

    public void Participate(ISiloLifecycle observer) => _sweeping.Begin(observer, async cancellationToken =>
    {
        var (ended, removed) = await SweepAsync(cancellationToken);
        if (ended + removed > 0) LogSwept(log, ended, removed);
    });

    public void Dispose() => _sweeping.Dispose();

    /// <summary>One round. Answers how many sessions it ended and how many it removed.</summary>
    public async Task<(int Ended, int Removed)> SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (ended, removed) = (0, 0);
        while (true)
        {
            var due = await index.GetDueAsync(now, PageSize, cancellationToken);
            var over = await Task.WhenAll(due.Select(key => ExpireAsync(key, cancellationToken)));
            ended += over.Count(x => x);
            if (due.Count < PageSize || !over.Any(x => x)) break;   // those in use keep their rows; they are not asked again in this round
        }

        for (var trimmed = PageSize; trimmed == PageSize; removed += trimmed)
            trimmed = await index.TrimAsync(now - options.Value.Retention, now - options.Value.DeletedRetention, now - options.Value.IdempotencyRetention, PageSize, cancellationToken);
        return (ended, removed);
    }

    /// <summary>One that cannot be read must not keep the others from ending.</summary>
    private async Task<bool> ExpireAsync(GrainKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await grains.GetGrain<ISessionGrain>(key.ToString()).ExpireIfDueAsync();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogSessionFailed(log, key, e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Ended} sessions expired, the history of {Removed} was removed")]
    private static partial void LogSwept(ILogger log, int ended, int removed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Session {Session} could not be asked whether it is over: {Problem}")]
    private static partial void LogSessionFailed(ILogger log, GrainKey session, string problem);
}
