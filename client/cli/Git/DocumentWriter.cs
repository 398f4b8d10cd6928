using System.Collections.Immutable;
using Memento.Workspaces;

namespace Memento.Cli.Git;

/// <summary>A state of the files that is to be written.</summary>
/// <param name="Commit">Whose files they are.</param>
/// <param name="Base">What is there before; null = nothing.</param>
/// <param name="AgentId">Who made the change.</param>
/// <param name="SessionId">The session that it belongs to.</param>
internal sealed record CommitStep(ObjectId Commit, ObjectId? Base, string? AgentId, string? SessionId);

/// <summary>
/// Writes the files of commits, one after the other: a batch each, unless one has more files than the server takes at once.
/// A commit's document goes with its files and must not be there before, so that nothing is written twice, whoever else imports at the same time.
/// </summary>
internal sealed class DocumentWriter(IWorkspaceClient documents, ObjectReader objects, string repository, DocumentCounts counts)
{
    /// <summary>What servers take in a batch unless they were told otherwise, less the commit's own document.</summary>
    private const int MaxDocuments = 999;
    private const long MaxBytes = (32 * 1024 * 1024) - (64 * 1024);

    private long _tooLarge = MaxBytes + 1;

    /// <summary>Writes a commit's changes. Begins after <paramref name="there"/>, what an earlier import left unfinished.</summary>
    public async Task WriteAsync(CommitStep step, IReadOnlyList<TreeChange> changes, CommitDocument? there, CancellationToken cancellationToken)
    {
        var (at, etag, most) = (there?.Done ?? 0, there?.Etag, MaxDocuments);
        if (there is { IsComplete: true }) return;
        do
        {
            var batch = await FillAsync(changes, at, most, cancellationToken);
            var mark = new CommitDocument(step.Commit, step.Base, changes.Count, batch.End, etag);
            try
            {
                var written = await SendAsync(batch, [mark.Operation(repository)], step, cancellationToken);
                (at, etag) = (batch.End, written.Documents[^1].Etag);
            }
            catch (MementoException e) when (e.Code is Codes.TooLarge && batch.Operations.Count > 1)
            {
                most = batch.Operations.Count / 2;
            }
            catch (MementoException e) when (e.Code is Codes.VersionConflict)
            {
                // Another import, or a request of a killed one that was still on its way, was faster.
                var other = await CommitDocument.FindAsync(documents, step.Commit, cancellationToken);
                if (other is null || other.Etag == etag) throw;
                if (other.IsComplete) return;
                (at, etag) = (other.Done, other.Etag);
            }
        }
        while (at < changes.Count || etag is null);

        counts.Commits++;
    }

    /// <summary>Writes changes that belong to no one commit, and last what is to follow once they are there.</summary>
    public async Task MoveAsync(IReadOnlyList<TreeChange> changes, IReadOnlyList<DocumentOperation> last, CancellationToken cancellationToken)
    {
        var most = MaxDocuments - Math.Min(last.Count, MaxDocuments / 2);
        var step = new CommitStep(default, null, null, null);
        for (var at = 0; at < changes.Count || at == 0;)
        {
            var batch = await FillAsync(changes, at, most, cancellationToken);
            var ends = batch.End == changes.Count;
            try
            {
                await SendAsync(batch, ends ? [.. last.Take(MaxDocuments - batch.Operations.Count)] : [], step, cancellationToken);
                at = batch.End;
            }
            catch (MementoException e) when (e.Code is Codes.TooLarge && batch.Operations.Count > 1)
            {
                most = batch.Operations.Count / 2;
                continue;
            }

            if (!ends) continue;
            foreach (var rest in last.Skip(MaxDocuments - batch.Operations.Count).Chunk(MaxDocuments))
                await documents.WriteAsync(new() { Operations = [.. rest] }, cancellationToken: cancellationToken);
            return;
        }
    }

    /// <summary>Reads files until a batch is full. A file is at most once in it.</summary>
    private async Task<Batch> FillAsync(IReadOnlyList<TreeChange> changes, int from, int most, CancellationToken cancellationToken)
    {
        var batch = new Batch(from);
        var bytes = 0L;
        for (; batch.End < changes.Count && batch.Operations.Count < most; batch.End++)
        {
            var change = changes[batch.End];
            var isFile = change.NewMode != 0 && !change.IsSubmodule;
            var (size, content) = isFile ? await objects.ReadAsync(change.Blob, Math.Min(MaxBytes, _tooLarge - 1), cancellationToken) : (0, null);
            if (content is not null && batch.Operations.Count > 0 && bytes + size > MaxBytes) break;
            bytes += content?.Length ?? 0;
            if (change.IsSubmodule) batch.Submodules++;
            if (isFile && content is null) batch.TooLarge++;
            if (content is not null) batch.Operations.Add(new() { Op = DocumentOp.Put, Kind = change.Key.Kind, Id = change.Key.Id, Value = FileDocuments.ValueOf(change.Key, change.NewMode, content) });
            else if (change.OldMode is not (0 or TreeChange.SubmoduleMode)) batch.Operations.Add(new() { Op = DocumentOp.Delete, Kind = change.Key.Kind, Id = change.Key.Id });
        }

        return batch;
    }

    private async Task<WriteResult> SendAsync(Batch batch, IReadOnlyList<DocumentOperation> more, CommitStep step, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                ImmutableArray<DocumentOperation> operations = [.. batch.Operations, .. more];
                if (operations.IsEmpty) return new(0, []);
                var written = await documents.WriteAsync(new() { AgentId = step.AgentId, SessionId = step.SessionId, Operations = operations }, cancellationToken: cancellationToken);
                counts.Written += batch.Operations.Count(o => o.Op is DocumentOp.Put);
                counts.Deleted += batch.Operations.Count(o => o.Op is DocumentOp.Delete);
                counts.TooLarge += batch.TooLarge;
                counts.Submodules += batch.Submodules;
                return written;
            }
            catch (MementoException e) when (e.Code is Codes.SnapshotTooLarge && batch.Operations.Exists(o => o.Op is DocumentOp.Put))
            {
                // If one is too large, the largest is. What it was before is not what the commit has, so it goes.
                var largest = batch.Operations.Where(o => o.Op is DocumentOp.Put).MaxBy(o => o.Value!.Content.Length)!;
                _tooLarge = Math.Min(_tooLarge, largest.Value!.Content.Length);
                batch.TooLarge++;
                batch.Operations[batch.Operations.IndexOf(largest)] = new() { Op = DocumentOp.Delete, Kind = largest.Kind, Id = largest.Id };
            }
            catch (MementoException e) when (e.Code is Codes.DocumentNotFound)
            {
                // Somebody deleted a file that the commit deletes too, or it was too large to be there.
                var before = batch.Operations.Count;
                foreach (var delete in batch.Operations.Where(o => o.Op is DocumentOp.Delete).ToArray())
                    if (!await ExistsAsync(delete, cancellationToken)) batch.Operations.Remove(delete);
                if (batch.Operations.Count == before) throw;
            }
        }
    }

    /// <summary>Whether a document is there: of all ids that begin with its own, its own is the first.</summary>
    private async Task<bool> ExistsAsync(DocumentOperation operation, CancellationToken cancellationToken)
    {
        var page = await documents.ListAsync(new() { Kind = operation.Kind, Prefix = operation.Id, Limit = 1 }, cancellationToken);
        return page.Items is [{ } first, ..] && first.Id == operation.Id;
    }

    /// <summary>Operations of one request.</summary>
    /// <param name="from">Index of the first change in it.</param>
    private sealed class Batch(int from)
    {
        public List<DocumentOperation> Operations { get; } = [];

        /// <summary>Index behind the last change in it.</summary>
        public int End { get; set; } = from;

        public int TooLarge { get; set; }

        public int Submodules { get; set; }
    }
}
