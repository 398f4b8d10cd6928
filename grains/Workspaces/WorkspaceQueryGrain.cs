using System.Collections.Immutable;
using Memento.Journaling;
using Memento.Storage;
using Orleans.Concurrency;

namespace Memento.Workspaces;

/// <summary>Answers from the tables, on whichever silo was asked.</summary>
[GrainType("memento.workspace-query"), StatelessWorker, Reentrant]
internal sealed class WorkspaceQueryGrain(IJournal journal, IWorkspaceIndex index, TimeProvider clock) : Grain, IWorkspaceQueryGrain
{
    private string _name = "";
    private long _streamId;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _name = Names.Check("workspace", this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<Document> GetAsync(DocumentKey key, string? rollbackPointId)
    {
        DocumentNames.Check("id", key.Id);
        var (stream, at) = await MomentAsync(rollbackPointId);
        if (await index.ReadAtAsync(stream, [key], at) is not [(var version, { } value)]) throw NotFound(key);
        return new(await ViewAsync(stream, version), value);
    }

    public async Task<Page<DocumentView>> ListAsync(DocumentQuery query)
    {
        Paging.Check(query.Limit);
        if (query.Prefix is { Length: > 0 } prefix && Names.Problem(prefix.Length < Names.MaxLength ? $"{prefix}x" : prefix) is { } problem)   // the beginning of a name may be what no name is, like "."
            throw new MementoException(Refusal.Invalid("prefix", problem));
        var (stream, at) = await MomentAsync(query.RollbackPointId);
        var after = query.Cursor is { } cursor ? DocumentKey.Parse(cursor, "cursor") : (DocumentKey?)null;
        var found = await index.ListAsync(stream, query.Kind, query.Prefix, after, query.Limit + 1, at);
        var page = found.Take(query.Limit).ToArray();
        return new() { Items = await ViewsAsync(stream, page, withOperation: false), NextCursor = found.Count > query.Limit ? page[^1].Key.ToString() : null };
    }

    public async Task<Page<DocumentView>> GetHistoryAsync(DocumentKey key, int limit, string? cursor)
    {
        Paging.Check(limit);
        DocumentNames.Check("id", key.Id);
        var stream = await StreamAsync();
        var before = cursor is null ? long.MaxValue : Cursor.ParseNumber(cursor);
        var found = await index.GetHistoryAsync(stream, key, before, limit + 1);
        if (found.Count == 0 && cursor is null) throw NotFound(key);
        var page = found.Take(limit).ToArray();
        var views = await ViewsAsync(stream, page, withOperation: true);
        return new() { Items = views, NextCursor = found.Count > limit ? Cursor.Of(page[^1].Seq) : null };
    }

    public async Task<RollbackPoint> GetPointAsync(string rollbackPointId) => await WorkspacePoints.FindAsync(index, await StreamAsync(), rollbackPointId, clock.Now());

    public async Task<Page<RollbackPoint>> ListPointsAsync(string? sessionId, int limit, string? cursor)
    {
        Paging.Check(limit);
        if (sessionId is not null) Names.Check("session", sessionId);
        var (stream, now) = (await StreamAsync(), clock.Now());
        var found = new List<RollbackPoint>();
        for (var before = cursor is null ? long.MaxValue : Cursor.ParseNumber(cursor); found.Count <= limit;)
        {
            var some = await index.ListPointsAsync(stream, sessionId, before, limit + 1);
            found.AddRange(some.Where(p => !p.IsOver(now)));   // those whose time is up go in a moment
            if (some.Count <= limit) break;
            before = some[^1].Seq;
        }

        return new() { Items = [.. found.Take(limit)], NextCursor = found.Count > limit ? Cursor.Of(found[limit - 1].Seq) : null };
    }

    private async Task<(long Stream, long At)> MomentAsync(string? pointId)
    {
        var stream = await StreamAsync();
        return (stream, pointId is null ? long.MaxValue : (await WorkspacePoints.FindAsync(index, stream, pointId, clock.Now())).Seq);
    }

    /// <summary>The workspace's stream; 0, which has nothing, until it is first written to.</summary>
    private async ValueTask<long> StreamAsync()
    {
        if (_streamId == 0) _streamId = (await journal.FindAsync(WorkspaceGrain.StreamOf(_name)))?.StreamId ?? 0;
        return _streamId;
    }

    private async Task<DocumentView> ViewAsync(long stream, DocumentVersion version) => (await ViewsAsync(stream, [version], withOperation: false))[0];

    private async Task<ImmutableArray<DocumentView>> ViewsAsync(long stream, DocumentVersion[] versions, bool withOperation)
    {
        if (versions.Length == 0) return [];
        var changes = await index.GetChangesAsync(stream, [.. versions.Select(v => v.Seq).Distinct()]);
        var deleted = withOperation ? await DeletedBeforeAsync(stream, versions) : [];
        return [.. versions.Select(v => DocumentView.Of(v, changes[v.Seq].At, changes[v.Seq].By) with
        {
            Operation = !withOperation ? null : v.IsDeleted ? WriteOutcome.Deleted : v.PreviousSeq == 0 || deleted.Contains(v.PreviousSeq) ? WriteOutcome.Created : WriteOutcome.Updated,
        })];
    }

    /// <summary>Which versions of one document's history were deletions; the one after each made it anew.</summary>
    private async Task<HashSet<long>> DeletedBeforeAsync(long stream, DocumentVersion[] versions)
    {
        var deleted = versions.Where(v => v.IsDeleted).Select(v => v.Seq).ToHashSet();
        var oldest = versions[^1];
        if (oldest.PreviousSeq > 0 && await index.FindAsync(stream, [oldest.Key], oldest.PreviousSeq) is [{ IsDeleted: true }]) deleted.Add(oldest.PreviousSeq);
        return deleted;
    }

    private static MementoException NotFound(DocumentKey key) => new(Refusal.Of(RefusalKind.NotFound, Codes.DocumentNotFound, $"There is no document {key}."));
}
