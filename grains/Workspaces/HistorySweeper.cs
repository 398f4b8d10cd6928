using Memento.Audit;
using Memento.Journaling;
using Memento.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Memento.Workspaces;

/// <summary>Takes back the space of old history, and of what the audit need not find any more, workspace by workspace.</summary>
internal sealed partial class HistorySweeper(
    IGrainFactory grains, IJournal journal, IWorkspaceIndex index, IAuditIndex audit, IOptions<WorkspaceOptions> options, TimeProvider clock,
    ILogger<HistorySweeper> log) : Sweeper("old history", options.Value.CompactInterval, log)
{
    private const int PageSize = 100;

    /// <summary>Returns how many versions were removed.</summary>
    public override async Task<long> SweepAsync(SweepShare share, CancellationToken cancellationToken)
    {
        for (var (dropped, after) = (0L, ""); ;)
        {
            var names = await index.ListWorkspacesAsync(after, PageSize, cancellationToken);
            foreach (var name in names.Where(share.Has))
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    dropped += await CompactAsync(name, cancellationToken);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    LogWorkspaceFailed(log, e, name);   // one workspace must not keep the others waiting
                }
            }

            if (names.Count < PageSize) return dropped;
            after = names[^1];
        }
    }

    private async Task<long> CompactAsync(string workspace, CancellationToken cancellationToken)
    {
        var report = await grains.GetGrain<IWorkspaceGrain>(workspace).CompactAsync(new());
        if (report.Dropped > 0) LogCompacted(log, workspace, report.Dropped, report.DroppedBytes);
        await DropAuditAsync(workspace, cancellationToken);
        return report.Dropped;
    }

    private async Task DropAuditAsync(string workspace, CancellationToken cancellationToken)
    {
        var kept = clock.GetUtcNow() - options.Value.Audit;
        if (await journal.FindAsync(WorkspaceGrain.StreamOf(workspace), cancellationToken) is not { } stream) return;
        var upTo = await index.FindSeqAsync(stream.StreamId, kept, cancellationToken);
        await audit.DropAsync(workspace, stream.StreamId, kept, upTo, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Workspace {Workspace}: {Dropped} old versions with {Bytes} bytes were removed")]
    private static partial void LogCompacted(ILogger log, string workspace, long dropped, long bytes);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The history of workspace {Workspace} could not be compacted; the next round tries it again")]
    private static partial void LogWorkspaceFailed(ILogger log, Exception error, string workspace);
}
