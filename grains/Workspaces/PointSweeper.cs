using Memento.Journaling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Workspaces;

/// <summary>
/// Removes the rollback points whose time is up. Runs on every silo while it is active; two that meet at a point do no harm.
/// The tables say which are due, the workspace itself decides: one that was pinned a moment ago stays.
/// </summary>
internal sealed partial class PointSweeper(IGrainFactory grains, IWorkspaceIndex index, IOptions<WorkspaceOptions> options, TimeProvider clock, ILogger<PointSweeper> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int PageSize = 200;

    private readonly Sweeping _sweeping = new("expired rollback points", options.Value.SweepInterval, clock, log);

    public void Participate(ISiloLifecycle observer) => _sweeping.Begin(observer, async cancellationToken =>
    {
        if (await SweepAsync(cancellationToken) is > 0 and var removed) LogSwept(log, removed);
    });

    public void Dispose() => _sweeping.Dispose();

    /// <summary>One round. Answers how many points are gone by it.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        while (true)
        {
            var due = await index.GetDuePointsAsync(clock.GetUtcNow(), PageSize, cancellationToken);
            var gone = (await Task.WhenAll(due.Select(key => ExpireAsync(key, cancellationToken)))).Count(x => x);
            removed += gone;
            if (due.Count < PageSize || gone == 0) return removed;   // those that stay are not asked again in this round
        }
    }

    /// <summary>One that cannot be removed must not keep the others.</summary>
    private async Task<bool> ExpireAsync(GrainKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await grains.GetGrain<IWorkspaceGrain>(key.Workspace).ExpirePointIfDueAsync(key.Id);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogPointFailed(log, key, e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Removed} rollback points expired")]
    private static partial void LogSwept(ILogger log, int removed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rollback point {Point} could not be removed though its time is up: {Problem}")]
    private static partial void LogPointFailed(ILogger log, GrainKey point, string problem);
}
