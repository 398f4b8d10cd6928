using System.Collections.Immutable;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>The input of a plan. Equal input gives equal plans, because history does not change.</summary>
/// <param name="StreamId">The workspace's stream.</param>
/// <param name="PointSeq">Changes after this one are looked at.</param>
/// <param name="StartSeq">Changes after this one are somebody else's later work, or the rollback's own.</param>
/// <param name="Filter">The changes to undo.</param>
/// <param name="OperationId">The rollback; what it changed already is left alone.</param>
/// <param name="Dependencies">Dependencies between documents, beyond the relationships.</param>
internal sealed record PlanRequest(long StreamId, long PointSeq, long StartSeq, SelectionFilter Filter, string? OperationId, IReadOnlyDictionary<DocumentKey, ImmutableArray<DocumentKey>> Dependencies)
{
    /// <summary>The workspace's merge policies, in the version with which the rollback merges.</summary>
    public MergePolicySet Policies { get; init; } = MergePolicySet.Empty;

    /// <summary>Whether the plan says which policies fit nothing that is merged.</summary>
    public bool FindsUnusedPolicies { get; init; }

    /// <summary>Throws <c>ROLLBACK_EXPIRED</c> if the selection asks for single changes and some since the point are gone.</summary>
    public PlanRequest Checked(long compactedTo) => !Filter.NeedsChanges || PointSeq >= compactedTo ? this : throw new MementoException(Refusal.Of(RefusalKind.Gone, Codes.RollbackExpired,
        $"The point stands at change {PointSeq}, and the history up to change {compactedTo} only has what rollback points see (Memento:Workspaces:History). So far back only documents can be selected, not agents, sessions or times."));
}

/// <summary>
/// Makes plans: reads what changed since a point, and asks the rules what each document becomes. It costs what changed, not what there is.
/// </summary>
internal sealed class RollbackPlanner(IWorkspaceIndex index, RollbackRules rules)
{
    private const int Chunk = 1_000;

    /// <summary>Versions of one document since the point up to which its merges are repeated.</summary>
    private const int MaxVersions = 10_000;

    public async Task<RollbackPlan> PlanAsync(PlanRequest request, CancellationToken cancellationToken)
    {
        var timelines = await ReadTimelinesAsync(request, cancellationToken);
        var changes = await ReadChangesAsync(request, timelines, cancellationToken);
        var undoings = await UndoAsync(request, timelines, changes, cancellationToken);
        var planned = await MergeAsync(request, undoings, cancellationToken);
        var done = timelines.Values.LongCount(versions => IsOwn(request, versions, changes));
        var plan = new RollbackPlan([.. planned.Where(c => !c.IsNothing || c.Conflict is not null).Select(rules.Guard)], new(), done)
        {
            Settled = [.. planned.SelectMany(change => change.Settled).Take(RollbackOperation.MaxShown)],
            UnusedPolicies = request.Policies.Unused([.. planned.Select(change => change.Reach).OfType<PolicyReach>()]),
        };
        return await new DependencyCheck(index, request.StreamId).CompleteAsync(plan, timelines, request, cancellationToken);
    }

    /// <summary>Repeats the merges of one document, a merge for each run, newest first.</summary>
    /// <param name="request">The input of the plan that the merges belong to.</param>
    /// <param name="key">The document.</param>
    /// <param name="upTo">Seq of the newest version that counts.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The merges; empty if the document needs none, or has more than 10,000 versions since the point.</returns>
    public async Task<ImmutableArray<DocumentMerge>> MergesOfAsync(
        PlanRequest request, DocumentKey key, long upTo, CancellationToken cancellationToken)
    {
        var versions = new List<DocumentVersion>();
        for (var before = upTo < long.MaxValue ? upTo + 1 : upTo; versions.Count <= MaxVersions; before = versions[^1].Seq)
        {
            var page = await index.GetHistoryAsync(request.StreamId, key, before, Chunk, cancellationToken);
            versions.AddRange(page.TakeWhile(version => version.Seq > request.PointSeq));
            if (page.Count < Chunk || page[^1].Seq <= request.PointSeq) break;
        }

        if (versions.Count is 0 or > MaxVersions) return [];
        versions.Reverse();
        var timelines = new Dictionary<DocumentKey, List<DocumentVersion>> { [key] = versions };
        var changes = await ReadChangesAsync(request, timelines, cancellationToken);
        var undoings = await UndoAsync(request, timelines, changes, cancellationToken);
        if (undoings is not [{ Merges.IsEmpty: false } undoing]) return [];
        var values = await ReadAsync(request.StreamId, Needed(undoing), cancellationToken);
        return MergesOf(undoing, request.Policies, version => values[(version.Key, version.Seq)]);
    }

    /// <summary>The versions since the point, by document; oldest first.</summary>
    private async Task<Dictionary<DocumentKey, List<DocumentVersion>>> ReadTimelinesAsync(PlanRequest request, CancellationToken cancellationToken)
    {
        var timelines = new Dictionary<DocumentKey, List<DocumentVersion>>();
        await index.ScanAsync(request.StreamId, request.PointSeq, long.MaxValue, version =>
        {
            if (!timelines.TryGetValue(version.Key, out var versions)) timelines.Add(version.Key, versions = new(1));
            versions.Add(version);
            if (timelines.Count > rules.MaxDocuments)
                throw new MementoException(Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, $"More than {rules.MaxDocuments} documents changed since the point; that is the most a rollback looks at (Memento:Rollback:MaxDocuments)."));
        }, cancellationToken);
        return timelines;
    }

    /// <summary>
    /// Finds the makers of changes: of all changes if the selection names makers or times, otherwise of those since the rollback began.
    /// </summary>
    private async Task<Dictionary<long, Change>> ReadChangesAsync(PlanRequest request, Dictionary<DocumentKey, List<DocumentVersion>> timelines, CancellationToken cancellationToken)
    {
        var seqs = new HashSet<long>();
        foreach (var (key, versions) in timelines)
            foreach (var version in versions)
                if (version.Seq > request.StartSeq || (request.Filter.NeedsChanges && request.Filter.Covers(key))) seqs.Add(version.Seq);

        var changes = new Dictionary<long, Change>(seqs.Count);
        foreach (var some in seqs.Chunk(Chunk))
            foreach (var (seq, change) in await index.GetChangesAsync(request.StreamId, some, cancellationToken)) changes.Add(seq, change);
        return changes;
    }

    private async Task<List<Undoing>> UndoAsync(PlanRequest request, Dictionary<DocumentKey, List<DocumentVersion>> timelines, Dictionary<long, Change> changes, CancellationToken cancellationToken)
    {
        var selected = timelines.Where(t => request.Filter.Covers(t.Key) && t.Value.Any(IsSelected) && !IsOwn(request, t.Value, changes)).ToList();
        var atPoint = await FindAsync(request.StreamId, [.. selected.Where(t => t.Value[0].PreviousSeq > 0).Select(t => t.Key)], request.PointSeq, cancellationToken);
        return [.. selected.Select(t => Undoing.Of(atPoint.GetValueOrDefault(t.Key), t.Value, IsSelected, IsByRollback)).Where(u => !u.IsNothing)];

        bool IsByRollback(DocumentVersion version) => changes.TryGetValue(version.Seq, out var change) && change.By.Cause is not null;

        bool IsSelected(DocumentVersion version) => version.Seq <= request.StartSeq && (!request.Filter.NeedsChanges || request.Filter.Covers(changes[version.Seq]));
    }

    private static bool IsOwn(PlanRequest request, List<DocumentVersion> versions, Dictionary<long, Change> changes) =>
        request.OperationId is { } own && versions.Any(version => version.Seq > request.StartSeq && changes[version.Seq].By.Cause == own);

    private async Task<List<PlannedChange>> MergeAsync(PlanRequest request, List<Undoing> undoings, CancellationToken cancellationToken)
    {
        var planned = new List<PlannedChange>(undoings.Count);
        foreach (var some in undoings.InChunks(u => u.Merges.IsEmpty ? 0 : Needed(u).Sum(v => v.Length)))
        {
            var values = await ReadAsync(request.StreamId, some.Where(u => !u.Merges.IsEmpty).SelectMany(Needed), cancellationToken);
            foreach (var undoing in some)
            {
                var change = Merge(undoing, request, version => values[(version.Key, version.Seq)]);
                planned.Add(change with { Priority = request.Filter.PriorityOf(undoing.Current.Key) });
            }
        }

        return planned;
    }

    private static IEnumerable<DocumentVersion> Needed(Undoing undoing) =>
        undoing.Merges.SelectMany(run => new[] { run.Before, run.After }).Append(undoing.Start).OfType<DocumentVersion>().Where(v => !v.IsDeleted);

    private static PlannedChange Merge(Undoing undoing, PlanRequest request, Func<DocumentVersion, DocumentValue> read)
    {
        var (key, current) = (undoing.Current.Key, undoing.Current);
        if (undoing.Merges.IsEmpty) return new() { Key = key, Current = current, Target = undoing.Start };

        var merges = MergesOf(undoing, request.Policies, read);
        var (value, confidence) = (merges[^1].Value, 100);
        var (conflict, settled) = (default(DocumentMerge?), ImmutableArray.CreateBuilder<SettledPlace>());
        foreach (var merge in merges)
        {
            settled.AddRange(ConflictPlaces.Settled(key, merge));
            confidence = Math.Min(confidence, merge.Confidence);
            if (merge.Conflict is not null && (conflict?.HasSmart ?? true)) conflict = merge;
        }

        return new()
        {
            Key = key,
            Current = current,
            Merged = value,
            Base = undoing.Merges[0].After,
            Before = undoing.Oldest,
            Conflict = conflict is null ? null : new(
                conflict.Conflict!.Value, conflict.Reason, conflict.Places, undoing.Merges[0].After, undoing.Oldest, conflict.HasSmart, value,
                confidence, SeveralRuns: undoing.Merges.Length > 1 || undoing.Start != current,
                IsMadeAnew: undoing.Merges.Any(run => run.IsMadeAnew), conflict.IsForPerson),
            Settled = settled.ToImmutable(),
            Reach = request.FindsUnusedPolicies ? request.Policies.ReachOf(key, Needed(undoing).Select(read)) : null,
        };
    }

    private static ImmutableArray<DocumentMerge> MergesOf(
        Undoing undoing, MergePolicySet policies, Func<DocumentVersion, DocumentValue> read)
    {
        var key = undoing.Current.Key;
        return DocumentMerge.OfRuns(key, ValueOf(undoing.Start), undoing.Merges, ValueOf, policies.OptionsFor(key));

        DocumentValue? ValueOf(DocumentVersion? version) => version is null or { IsDeleted: true } ? null : read(version);
    }

    private async Task<Dictionary<DocumentKey, DocumentVersion>> FindAsync(long streamId, IReadOnlyList<DocumentKey> keys, long at, CancellationToken cancellationToken)
    {
        var found = new Dictionary<DocumentKey, DocumentVersion>(keys.Count);
        foreach (var some in keys.Chunk(Chunk))
            foreach (var version in await index.FindAsync(streamId, some, at, cancellationToken)) found.Add(version.Key, version);
        return found;
    }

    private async Task<Dictionary<(DocumentKey, long), DocumentValue>> ReadAsync(long streamId, IEnumerable<DocumentVersion> versions, CancellationToken cancellationToken)
    {
        var wanted = versions.DistinctBy(v => (v.Key, v.Seq)).ToArray();
        if (wanted.Length == 0) return [];
        var values = await index.ReadValuesAsync(streamId, wanted, cancellationToken);
        return wanted.Zip(values).ToDictionary(x => (x.First.Key, x.First.Seq), x => x.Second);
    }
}
