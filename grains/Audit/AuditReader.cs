using System.Runtime.CompilerServices;
using Memento.Core.Coordination.Tasks;
using Memento.Rollback;
using Memento.Storage;
using Memento.Tasks;
using Memento.Workspaces;

namespace Memento.Audit;

/// <summary>
/// Reads one page of the audit. Entries come from the workspace's journal and from those of its rollbacks, queues and merge policies, each
/// newest first, and are merged by time.
/// </summary>
internal sealed class AuditReader(IJournal journal, IWorkspaceIndex index, IAuditIndex audit, string workspace, AuditQuery query, DateTimeOffset oldest)
{
    /// <summary>Entries that one page looks at in each place; then it answers what it has.</summary>
    private const int MostLooked = 50_000;

    private const int Block = 256;

    public async Task<Page<AuditEntry>> ReadAsync(CancellationToken cancellationToken)
    {
        var cursor = AuditCursor.Parse(query.Cursor);
        var isFirst = query.Cursor is null;
        var stream = (await journal.FindAsync(WorkspaceGrain.StreamOf(workspace), cancellationToken))?.StreamId ?? 0;
        var newest = await index.FindSeqAsync(stream, DateTimeOffset.MaxValue, cancellationToken);
        var changes = query.CoversChanges ? await TakeAsync(ReadChangesAsync(stream, cursor.Seq, cancellationToken)) : [];
        var others = query.CoversOthers ? await TakeAsync(ReadOthersAsync(cursor.Place, cancellationToken)) : [];

        var items = new List<AuditEntry>();
        var isMore = false;
        foreach (var found in others.Concat(changes).OrderByDescending(f => f.At))   // at the same time, a rollback tells last what it did
        {
            isMore = items.Count == query.Limit;
            if (isMore) break;
            cursor = found.Place is { } place ? cursor with { Place = place } : cursor with { Seq = found.Seq };
            if (found.Entry is null) isMore = true;   // nobody knows what comes next
            if (isMore) break;
            items.Add(found.Entry!);
        }

        // Entries recorded between two pages are on neither page, because they would come behind older ones.
        if (isFirst && cursor.Seq == long.MaxValue) cursor = cursor with { Seq = newest + 1 };
        if (isFirst && cursor.Place == AuditPlace.End && items.Count > 0) cursor = cursor with { Place = AuditPlace.Behind(items[0].At) };
        return new() { Items = [.. await WithDocumentsAsync(stream, items, cancellationToken)], NextCursor = isMore ? cursor.ToString() : null };
    }

    /// <summary>As many as a page can show and one more; at the end one without an entry if it looked long enough.</summary>
    private async Task<List<Found>> TakeAsync(IAsyncEnumerable<Found> all)
    {
        var (found, looked) = (new List<Found>(), 0);
        await foreach (var next in all)
        {
            if (query.Covers(next.Entry!)) found.Add(next);
            if (found.Count > query.Limit) break;
            if (++looked < MostLooked) continue;
            found.Add(next with { Entry = null });
            break;
        }

        return found;
    }

    private async IAsyncEnumerable<Found> ReadChangesAsync(long stream, long before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (stream == 0) yield break;
        var floor = await index.FindSeqAsync(stream, oldest.AddMicroseconds(-1), cancellationToken);
        var upTo = Math.Min(before - 1, await index.FindSeqAsync(stream, query.Until ?? DateTimeOffset.MaxValue, cancellationToken));
        if (query.Document is { } key)
        {
            while (true)
            {
                var versions = (await index.GetHistoryAsync(stream, key, upTo + 1, Block, cancellationToken)).Where(v => v.Seq > floor).ToArray();
                var changes = versions.Length == 0 ? new Dictionary<long, Change>() : await index.GetChangesAsync(stream, [.. versions.Select(v => v.Seq)], cancellationToken);
                foreach (var version in versions) yield return new(AuditTrail.Of(changes[version.Seq], version.Seq), changes[version.Seq].At, version.Seq);
                if (versions.Length < Block) yield break;
                upTo = versions[^1].Seq - 1;
            }
        }

        var label = AuditTrail.LabelOf(query);
        await foreach (var run in label is null ? new[] { new SeqRun(floor + 1, upTo) }.ToAsyncEnumerable() : RunsAsync(stream, label.Value, floor, upTo, cancellationToken))
        {
            foreach (var block in Blocks(Math.Max(run.First - 1, floor), Math.Min(run.Last, upTo)))
            {
                foreach (var entry in await journal.ReadAsync(stream, block.First, block.Last, Block, descending: true, cancellationToken: cancellationToken))
                {
                    var fact = WorkspaceFact.Codec.Decode(entry.Kind, entry.Version, entry.Payload.Span);
                    yield return new(AuditTrail.Of(fact, entry.Position), fact.At, entry.Position);
                }
            }
        }
    }

    private async IAsyncEnumerable<SeqRun> RunsAsync(long stream, AuditLabel label, long floor, long upTo, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int Some = 16;
        while (upTo > floor)
        {
            var runs = await audit.FindRunsAsync(stream, label, floor, upTo, Some, cancellationToken);
            foreach (var run in runs) yield return run;
            if (runs.Count < Some) yield break;
            upTo = runs[^1].First - 1;
        }
    }

    private static IEnumerable<SeqRun> Blocks(long floor, long upTo)
    {
        for (; upTo > floor; upTo -= Block) yield return new(Math.Max(upTo - Block, floor) + 1, upTo);
    }

    private async IAsyncEnumerable<Found> ReadOthersAsync(AuditPlace before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rollback = default(long?);
        if (query.OperationId is { } operation)
        {
            rollback = (await journal.FindAsync(RollbackGrain.StreamOf(new(workspace, operation)), cancellationToken))?.StreamId;
            if (rollback is null) yield break;
        }

        while (true)
        {
            var entries = await audit.ReadEntriesAsync(workspace, query.AgentId, rollback, before, oldest, query.Until, Block, cancellationToken);
            foreach (var found in entries)
            {
                var told = Told(found);
                yield return new(told, told.At, 0, found.Place);
            }

            if (entries.Count < Block) yield break;
            before = entries[^1].Place;
        }
    }

    private static AuditEntry Told(AuditedEntry found)
    {
        var (kind, version) = (found.Entry.Kind, found.Entry.Version);
        var payload = found.Entry.Payload.Span;
        return found.OperationId is { } operation
            ? AuditTrail.Of(RollbackFact.Codec.Decode(kind, version, payload), operation, found.AgentId)
            : kind == MergePoliciesChanged.Kind ? AuditTrail.Of(MergePoliciesChanged.Codec.Decode(kind, version, payload))
            : found.TaskId is { } task
                ? AuditTrail.Of((TaskEvent.StaleReportRejected)TaskEvent.Codec.Decode(kind, version, payload), task, found.Queue!)
            : AuditTrail.Of((QueueFact.TasksChanged)QueueFact.Codec.Decode(kind, version, payload), found.Queue!);
    }

    private async Task<IEnumerable<AuditEntry>> WithDocumentsAsync(long stream, List<AuditEntry> entries, CancellationToken cancellationToken)
    {
        var changed = await audit.ReadChangedAsync(stream, [.. entries.Where(IsChange).Select(e => e.Seq!.Value)], AuditEntry.MaxDocuments, cancellationToken);
        return entries.Select(entry =>
        {
            if (!IsChange(entry)) return entry with { Documents = [.. entry.Documents.Take(AuditEntry.MaxDocuments)] };
            var documents = changed[entry.Seq!.Value];
            return entry with { Documents = [.. documents.Some.Select(d => new AuditedDocument(d.Key.Kind, d.Key.Id, d.Operation))], DocumentCount = documents.Count };
        });
    }

    private static bool IsChange(AuditEntry entry) => entry.Action is AuditAction.DocumentsChanged;

    /// <summary>An entry, and where the list goes on behind it.</summary>
    /// <param name="Entry">Null = looked so far.</param>
    /// <param name="At">When.</param>
    /// <param name="Seq">The entry's seq in the workspace's journal.</param>
    /// <param name="Place">The entry's place in the journal of a rollback, a queue or merge policies; null for an entry of the
    /// workspace.</param>
    private sealed record Found(AuditEntry? Entry, DateTimeOffset At, long Seq, AuditPlace? Place = null);
}
