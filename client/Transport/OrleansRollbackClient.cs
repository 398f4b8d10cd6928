using Memento.Rollback;

namespace Memento.Transport;

/// <summary>Diffs, rollbacks and conflicts through their grains.</summary>
internal sealed class OrleansRollbackClient(IGrainFactory grains, MementoClientOptions options, GrainCalls calls, string workspace) : IRollbackClient
{
    private readonly IRollbackQueryGrain _queries = grains.GetGrain<IRollbackQueryGrain>(workspace);
    private readonly IMergePolicyGrain _policies = grains.GetGrain<IMergePolicyGrain>(workspace);

    public Task<PointDiff> DiffAsync(string rollbackPointId, DiffRequest? request, CancellationToken cancellationToken) =>
        calls.TryAsync(_ => _queries.DiffAsync(rollbackPointId, request ?? new()), cancellationToken);

    public Task<RollbackPreview> PreviewAsync(string rollbackPointId, PreviewRollback request, CancellationToken cancellationToken) =>
        calls.TryAsync(_ => _queries.PreviewAsync(rollbackPointId, request), cancellationToken);

    public Task<PointCheck> CheckAsync(string rollbackPointId, CancellationToken cancellationToken) => calls.TryAsync(_ => _queries.CheckAsync(rollbackPointId, cancellationToken), cancellationToken);

    public Task<RollbackView> StartAsync(string rollbackPointId, StartRollback request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        // All attempts ask the same grain, so that they start one rollback; the key makes it one also when the caller's program begins anew.
        var (rollback, key) = (Grain($"op-{calls.NewId()}"), idempotencyKey ?? calls.NewId());
        return calls.TryAsync(_ => rollback.StartAsync(rollbackPointId, request, key), cancellationToken);
    }

    public Task<RollbackView> GetAsync(string operationId, CancellationToken cancellationToken)
    {
        var rollback = Grain(operationId);
        return calls.TryAsync(_ => rollback.GetAsync(), cancellationToken);
    }

    public Task<Page<RollbackView>> ListAsync(RollbackStatus? status, int limit, string? cursor, CancellationToken cancellationToken) =>
        calls.TryAsync(_ => _queries.ListAsync(status, limit, cursor), cancellationToken);

    public IAsyncEnumerable<RollbackView> WatchAsync(string operationId, CancellationToken cancellationToken) =>
        new RollbackWatch(calls.Retries, options.WatchPatience, calls.Clock).RunAsync(
            ct => GetAsync(operationId, ct), ct => GrainCalls.StreamAsync(Grain(operationId).WatchAsync(ct), ct), cancellationToken);

    public Task<RollbackView> CancelAsync(string operationId, string? agentId, CancellationToken cancellationToken)
    {
        var rollback = Grain(operationId);
        return calls.TryAsync(async number =>
        {
            try
            {
                return await rollback.CancelAsync(agentId).ConfigureAwait(false);
            }
            catch (MementoException e) when (number > 1 && e.Code is Codes.RollbackConflict)
            {
                return await rollback.GetAsync().ConfigureAwait(false);   // an attempt before this one has cancelled it
            }
        }, cancellationToken);
    }

    public Task<RollbackView> UndoAsync(string operationId, string? agentId, CancellationToken cancellationToken)
    {
        var rollback = Grain(operationId);
        return calls.TryAsync(_ => rollback.UndoAsync(agentId), cancellationToken);
    }

    public Task<Page<ConflictView>> ListConflictsAsync(ConflictStatus? status, string? operationId, int limit, string? cursor, CancellationToken cancellationToken) =>
        calls.TryAsync(_ => _queries.ListConflictsAsync(status, operationId, limit, cursor), cancellationToken);

    public Task<ConflictDetails> GetConflictAsync(string conflictId, CancellationToken cancellationToken) =>
        calls.TryAsync(async _ => await (await OwnerAsync(conflictId).ConfigureAwait(false)).GetConflictAsync(conflictId).ConfigureAwait(false), cancellationToken);

    public Task<ConflictView> ResolveAsync(string conflictId, ResolveConflict request, CancellationToken cancellationToken) =>
        calls.TryAsync(async _ => await (await OwnerAsync(conflictId).ConfigureAwait(false)).ResolveAsync(conflictId, request).ConfigureAwait(false), cancellationToken);

    public Task<MergePolicyList> GetMergePoliciesAsync(long? version, CancellationToken cancellationToken) =>
        calls.TryAsync(_ => version is { } wanted ? _policies.GetVersionAsync(wanted) : _policies.GetAsync(), cancellationToken);

    public Task<MergePolicyList> SetMergePoliciesAsync(SetMergePolicies request, CancellationToken cancellationToken) =>
        calls.TryAsync(_ => _policies.SetAsync(request), cancellationToken);

    private async Task<IRollbackGrain> OwnerAsync(string conflictId) => Grain((await _queries.GetConflictAsync(conflictId).ConfigureAwait(false)).OperationId);

    private IRollbackGrain Grain(string operationId) => grains.GetGrain<IRollbackGrain>(new GrainKey(workspace, Names.Check("operationId", operationId)).ToString());
}
