using System.Collections.Immutable;
using Memento.Journaling;
using Memento.Storage;
using Memento.Workspaces;
using Orleans.Concurrency;

namespace Memento.Rollback;

/// <summary>Answers what changed and what a rollback would do, on whichever silo was asked.</summary>
[GrainType("memento.rollback-query"), StatelessWorker, Reentrant]
internal sealed class RollbackQueryGrain(IJournal journal, IWorkspaceIndex index, IRollbackIndex rollbacks, RollbackRules rules, RollbackPace pace, TimeProvider clock) : Grain, IRollbackQueryGrain
{
    private const int MaxShown = 1_000;
    private const int MaxDamaged = 100;
    private const int Page = 1_000;

    private string Workspace => Names.Check("workspace", this.GetPrimaryKeyString());

    public async Task<PointDiff> DiffAsync(string rollbackPointId, DiffRequest request)
    {
        var options = request.Options(rules.Options.MaxDiffChanges);
        var stream = await StreamAsync();
        var from = await FindAsync(stream, rollbackPointId);
        var until = request.To == DiffRequest.Current ? (await GrainFactory.GetGrain<IWorkspaceGrain>(Workspace).GetAsync()).Seq : (await FindAsync(stream, request.To)).Seq;
        var (changes, count, summary, documents) = await new PointComparison(index, stream, rules, request, options).CompareAsync(from.Seq, until, CancellationToken.None);
        return new()
        {
            From = rollbackPointId,
            To = request.To,
            FromSeq = from.Seq,
            ToSeq = until,
            ChangeCount = count,
            Changes = changes,
            Truncated = count > changes.Length,
            Summary = summary,
            Documents = request.Visual ? documents : null,
            GeneratedAt = clock.Now(),
        };
    }

    public async Task<RollbackPreview> PreviewAsync(string rollbackPointId, PreviewRollback request)
    {
        var (stream, now) = (await StreamAsync(), clock.Now());
        var point = await FindAsync(stream, rollbackPointId);
        var workspace = await GrainFactory.GetGrain<IWorkspaceGrain>(Workspace).GetAsync();
        var policies = GrainFactory.GetGrain<IMergePolicyGrain>(Workspace);
        var merging = request.PoliciesVersion is { } version ? await policies.GetVersionAsync(version) : await policies.GetAsync();
        var (filter, dependencies) = (SelectionFilter.Of(request.Selection, now), GivenDependencies.Parse(request.Dependencies));
        var wanted = new PlanRequest(stream, point.Seq, workspace.ChangedSeq, filter, null, dependencies).Checked(workspace.CompactedTo);
        wanted = wanted with { Policies = MergePolicySet.Of(merging.Policies), FindsUnusedPolicies = true };
        var plan = await new RollbackPlanner(index, rules).PlanAsync(wanted, CancellationToken.None);
        var conflicts = plan.Conflicts.ToArray();
        var strategy = request.Strategy is RollbackStrategy.Force ? ConflictStrategy.Overwrite : request.ConflictStrategy ?? ConflictStrategy.Abort;
        var changes = strategy is ConflictStrategy.Abort ? plan.Changes : plan.Settle(strategy).Apply;
        var (recommended, reason) = StrategyAdvice.For(changes.Length, conflicts.Length, now - point.CreatedAt, rules.Options.MaxAge);
        return new()
        {
            PreviewToken = PreviewToken.Of(Workspace, rollbackPointId, request.Selection, workspace.ChangedSeq, merging.Version),
            TotalChanges = changes.Length,
            ChangesByType = Count(changes, c => NamedEnumConverter<DiffOperation>.NameOf(c.Outcome switch { WriteOutcome.Created => DiffOperation.Create, WriteOutcome.Deleted => DiffOperation.Delete, _ => DiffOperation.Update })),
            AffectedItems = changes.GroupBy(c => c.Key.Kind).ToImmutableSortedDictionary(
                g => NamedEnumConverter<DocumentKind>.NameOf(g.Key), g => (ImmutableArray<string>)[.. g.Select(c => c.Key.Id).Order(StringComparer.Ordinal).Take(MaxShown)], StringComparer.Ordinal),
            Dependencies = plan.Dependencies,
            Conflicts = [.. conflicts.Take(RollbackOperation.MaxShown).Select(c => ConflictView.Of(c, "", $"{Workspace}\n{rollbackPointId}", now, null))],
            ConflictCount = conflicts.Length,
            RecommendedStrategy = recommended,
            Reason = reason,
            EstimatedDurationMs = (long)pace.Estimate(changes.Length).TotalMilliseconds,
            Settled = plan.Settled.IsEmpty ? default : plan.Settled,
            PoliciesVersion = merging.Version,
            UnusedPolicies = plan.UnusedPolicies.IsEmpty ? default : plan.UnusedPolicies,
        };
    }

    public async Task<PointCheck> CheckAsync(string rollbackPointId, CancellationToken cancellationToken)
    {
        var stream = await StreamAsync();
        var point = await FindAsync(stream, rollbackPointId);
        var (root, documents, bytes, damaged) = (StateHash.Empty, 0L, 0L, new List<string>());
        DocumentKey? after = null;
        while (true)
        {
            var versions = await index.ListAsync(stream, null, null, after, Page, point.Seq, cancellationToken);
            foreach (var some in versions.InChunks(v => v.Length)) bytes += await ReadBackAsync(stream, some, damaged, cancellationToken);
            foreach (var version in versions) root = root.Add(version.Key, version.Hash!.Value, version.ContentType);
            documents += versions.Count;
            if (versions.Count < Page) break;
            after = versions[^1].Key;
        }

        return new()
        {
            RollbackPointId = rollbackPointId,
            Healthy = damaged.Count == 0 && root.ToString() == point.Root,
            Documents = documents,
            Bytes = bytes,
            ExpectedRoot = point.Root,
            ActualRoot = root.ToString(),
            Damaged = [.. damaged.Take(MaxDamaged)],
        };
    }

    public Task<Page<RollbackView>> ListAsync(RollbackStatus? status, int limit, string? cursor) => rollbacks.ListAsync(Workspace, status, Paging.Check(limit), cursor);

    public Task<Page<ConflictView>> ListConflictsAsync(ConflictStatus? status, string? operationId, int limit, string? cursor) =>
        rollbacks.ListConflictsAsync(Workspace, status, operationId is null ? null : Names.Check("rollback", operationId), Paging.Check(limit), cursor);

    public async Task<ConflictView> GetConflictAsync(string conflictId) => await rollbacks.FindConflictAsync(Workspace, Names.Check("conflictId", conflictId))
        ?? throw new MementoException(Refusal.Of(RefusalKind.NotFound, Codes.ConflictNotFound, $"There is no conflict \"{conflictId}\"."));

    /// <summary>Reads values; when one of them is damaged, reads them one by one to name all that are.</summary>
    private async Task<long> ReadBackAsync(long stream, List<DocumentVersion> versions, List<string> damaged, CancellationToken cancellationToken)
    {
        try
        {
            return (await index.ReadValuesAsync(stream, versions, cancellationToken)).Sum(v => (long)v.Content.Length);
        }
        catch (MementoException e) when (e.Code is Codes.SnapshotCorrupted && versions.Count == 1)
        {
            damaged.Add(e.Refusal.Message);
            return 0;
        }
        catch (MementoException e) when (e.Code is Codes.SnapshotCorrupted)
        {
            var bytes = 0L;
            foreach (var version in versions) bytes += await ReadBackAsync(stream, [version], damaged, cancellationToken);
            return bytes;
        }
    }

    private Task<RollbackPoint> FindAsync(long stream, string id) => WorkspacePoints.FindAsync(index, stream, id, clock.Now());

    private async Task<long> StreamAsync() => (await journal.FindAsync(WorkspaceGrain.StreamOf(Workspace)))?.StreamId ?? 0;

    private static ImmutableSortedDictionary<string, long> Count(IEnumerable<PlannedChange> changes, Func<PlannedChange, string> by) =>
        changes.GroupBy(by).ToImmutableSortedDictionary(g => g.Key, g => g.LongCount(), StringComparer.Ordinal);
}
