using Memento.Audit;
using Memento.Journaling;
using Memento.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Workspaces;

/// <summary>Takes back the space of old history, and of what the audit need not find any more, workspace by workspace. Runs on every silo while it is active; two that meet at a workspace do no harm.</summary>
internal sealed partial class HistorySweeper(IGrainFactory grains, IJournal journal, IWorkspaceIndex index, IAuditIndex audit, IOptions<WorkspaceOptions> options, TimeProvider clock, ILogger<HistorySweeper> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int PageSize = 100;

    private readonly Sweeping _sweeping = new("old history", options.Value.CompactInterval, clock, log);

    public void Participate(ISiloLifecycle observer) => _sweeping.Begin(observer, SweepAsync);

    public void Dispose() => _sweeping.Dispose();

    /// <summary>One round over all workspaces. Answers how many versions went.</summary>
    public async Task<long> SweepAsync(CancellationToken cancellationToken)
    {
        var (dropped, after) = (0L, "");
        while (true)
        {
            var names = await index.ListWorkspacesAsync(after, PageSize, cancellationToken);
            foreach (var name in names)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    var report = await grains.GetGrain<IWorkspaceGrain>(name).CompactAsync(new());
                    dropped += report.Dropped;
                    if (report.Dropped > 0) LogCompacted(log, name, report.Dropped, report.DroppedBytes);
                    await DropAuditAsync(name, cancellationToken);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    LogWorkspaceFailed(log, name, e.Message);   // one must not keep the others
                }
            }

            if (names.Count < PageSize) return dropped;
            after = names[^1];
        }
    }

    private async Task DropAuditAsync(string workspace, CancellationToken cancellationToken)
    {
        var kept = clock.GetUtcNow() - options.Value.Audit;
        if (await journal.FindAsync(WorkspaceGrain.StreamOf(workspace), cancellationToken) is not { } stream) return;
        await audit.DropAsync(workspace, stream.StreamId, kept, await index.FindSeqAsync(stream.StreamId, kept, cancellationToken), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Workspace {Workspace}: {Dropped} old versions with {Bytes} bytes were removed")]
    private static partial void LogCompacted(ILogger log, string workspace, long dropped, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The history of workspace {Workspace} could not be compacted: {Problem}")]
    private static partial void LogWorkspaceFailed(ILogger log, string workspace, string problem);
}
