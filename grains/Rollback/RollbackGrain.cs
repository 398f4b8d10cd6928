using System.Runtime.CompilerServices;
using Memento.Journaling;
using Memento.Storage;
using Memento.Workspaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Memento.Rollback;

/// <summary>
/// The shell of a rollback, which keeps its state and answers calls about it. <see cref="RollbackRun"/> does the work, in the background of
/// this grain. The grain is reentrant, so that a running rollback can be read, watched and cancelled.
/// </summary>
[GrainType("memento.rollback"), Reentrant]
internal sealed partial class RollbackGrain(
    IJournal journal, IWorkspaceIndex index, RollbackRules rules, RollbackPace pace, IOptions<StorageOptions> storage, TimeProvider clock, ILogger<RollbackGrain> log) : Grain, IRollbackGrain, IUndoing, IDisposable
{
    private static readonly TimeSpan Awake = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _resolving = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private GrainKey _key;
    private Executor<RollbackState, RollbackFact, RollbackFact> _rollback = null!;
    private readonly TaskCompletionSource _cancelled = NewSignal();
    private TaskCompletionSource _changed = NewSignal();
    private Task _running = Task.CompletedTask;
    private bool _told;

    public static string StreamOf(GrainKey key) => $"rollback/{key}";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = GrainKey.Parse(this.GetPrimaryKeyString());
        Names.Check("workspace", _key.Workspace);
        Names.Check("operationId", _key.Id);
        _rollback = new(journal, new RollbackAggregate(_key, this), storage.Value.Journal.SnapshotInterval, log);
        await _rollback.LoadAsync(cancellationToken);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();   // it goes on where it wakes next
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _resolving.Dispose();
        _stopping.Dispose();
    }

    public async Task<RollbackView> StartAsync(string rollbackPointId, StartRollback request, string? idempotencyKey)
    {
        var key = KeyedRequest.For($"rollbacks:{_key.Workspace}", idempotencyKey, rollbackPointId, request, MementoJson.Default.StartRollback);
        if (key is not null && await key.FindAnswerAsync(journal, MementoJson.Default.RollbackView) is { } known) return known;
        if (_rollback.Committed.View is { } view) return view;   // asked again
        if (RollbackOperation.Problem(request) is { } problem) throw new MementoException(problem);
        _ = SelectionFilter.Of(request.Selection, clock.Now());
        _ = GivenDependencies.Parse(request.Dependencies);

        var point = await WorkspacePoints.FindAsync(index, await StreamAsync(), rollbackPointId, clock.Now());
        var policies = await MergePolicyVersions.ChooseAsync(GrainFactory, _key.Workspace, rollbackPointId, request);
        return await BeginAsync(new()
        {
            At = clock.Now(),
            OperationId = _key.Id,
            RollbackPointId = rollbackPointId,
            PointSeq = point.Seq,
            Type = RollbackOperation.TypeOf(request),
            Request = request,
            PoliciesVersion = policies,
        }, key);
    }

    public async Task<RollbackView> GetAsync() => (await OpenAsync()).View!;

    public async Task<RollbackView> CancelAsync(string? agentId)
    {
        if (agentId is not null) Names.Check("agentId", agentId);
        var state = await OpenAsync();
        if (RollbackOperation.CannotCancel(state) is { } refusal) throw new MementoException(refusal);
        await AppendAsync(new RollbackFact.CancelRequested { At = clock.Now(), AgentId = agentId });
        if (_rollback.Committed.CancelRequested) _cancelled.TrySetResult();
        await RunAsync();   // after a crash nobody may have woken it yet
        return RollbackOperation.CannotCancel(_rollback.Committed) is { } late && !_rollback.Committed.CancelRequested ? throw new MementoException(late) : _rollback.Committed.View!;
    }

    public async Task<RollbackView> UndoAsync(string? agentId)
    {
        if (agentId is not null) Names.Check("agentId", agentId);
        var state = await OpenAsync();
        if (RollbackOperation.CannotUndo(state) is { } refusal) throw new MementoException(refusal);
        for (string? last = null; ;)
        {
            // The id follows from this rollback and the undoing before that came to nothing, so undoing it twice is one undoing.
            var id = $"op-{Uuid7.Derive(state.View!.CompletedAt!.Value, $"{_key}{last}", 0)}";
            if (await FindOtherAsync(id) is not { } undo) return await Other(id).StartUndoAsync(_key.Id, state.View.RecoveryPointId!, agentId);
            if (await HoldsAsync(undo)) return undo;
            last = id;
        }
    }

    public Task UndoneAsync(string byOperationId, string? agentId) => AppendAsync(new RollbackFact.Undone { At = clock.Now(), ByOperationId = byOperationId, AgentId = agentId });

    public async Task<RollbackView> StartUndoAsync(string operationId, string recoveryPointId, string? agentId)
    {
        if ((await _rollback.ReadAsync()).View is { } view) return view;
        var stream = await StreamAsync();
        if (await index.FindPointAsync(stream, recoveryPointId) is not { } point || point.IsOver(clock.Now()))
            throw new MementoException(Refusal.Of(RefusalKind.Gone, Codes.RollbackExpired, $"{operationId} cannot be undone: its recovery point {recoveryPointId} was deleted, or is over (Memento:Rollback:RecoveryTtl)."));
        return await BeginAsync(new()
        {
            At = clock.Now(),
            OperationId = _key.Id,
            RollbackPointId = recoveryPointId,
            PointSeq = point.Seq,
            Type = RollbackType.Selective,
            Request = new() { Selection = new() { Rollbacks = [operationId] }, Strategy = RollbackStrategy.Safe, ConflictStrategy = ConflictStrategy.AskUser, AgentId = agentId },
            UndoOf = operationId,
            PoliciesVersion = (await GrainFactory.GetGrain<IMergePolicyGrain>(_key.Workspace).GetAsync()).Version,
        }, null);
    }

    /// <summary>Whether an undoing still counts: it goes on, or something came of it and it was not undone itself.</summary>
    private async Task<bool> HoldsAsync(RollbackView undo) =>
        !undo.IsOver || (RollbackOperation.CameAbout(undo) && (undo.UndoneBy is not { } by || await FindOtherAsync(by) is not { } other || !await HoldsAsync(other)));

    private async Task<RollbackView?> FindOtherAsync(string operationId)
    {
        try
        {
            return await GrainFactory.GetGrain<IRollbackGrain>(new GrainKey(_key.Workspace, operationId).ToString()).GetAsync();
        }
        catch (MementoException e) when (e.Code is Codes.OperationNotFound)
        {
            return null;
        }
    }

    private IUndoing Other(string operationId) => GrainFactory.GetGrain<IUndoing>(new GrainKey(_key.Workspace, operationId).ToString());

    /// <summary>
    /// Tells the rollback that this one undoes, if something came of it. Whoever asks for this one finds that it was told, also after a
    /// crash.
    /// </summary>
    private async ValueTask TellUndoneAsync()
    {
        if (_told || _rollback.Committed.View is not { UndoOf: { } original } view || !RollbackOperation.CameAbout(view)) return;
        await Other(original).UndoneAsync(_key.Id, view.AgentId);
        _told = true;
    }

    public async Task ResumeAsync()
    {
        if ((await _rollback.ReadAsync()).View is { IsOver: false }) await RunAsync();
    }

    public async IAsyncEnumerable<RollbackView> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = _changed.Task;
            var view = (await OpenAsync()).View!;
            yield return view;
            if (view.IsOver) yield break;
            await changed.WaitAsync(cancellationToken);
        }
    }

    private async Task<long> StreamAsync() => (await journal.FindAsync(WorkspaceGrain.StreamOf(_key.Workspace)))?.StreamId ?? 0;

    private async Task<RollbackState> OpenAsync()
    {
        var state = await _rollback.ReadAsync();
        await TellUndoneAsync();
        return state.View is not null ? state
            : throw new MementoException(Refusal.Of(RefusalKind.NotFound, Codes.OperationNotFound, $"There is no rollback \"{_key.Id}\"."));
    }

    private async Task<RollbackView> BeginAsync(RollbackFact.Requested requested, KeyedRequest? key)
    {
        var view = await _rollback.ExecuteAsync(requested, c => c.After.View!, key, MementoJson.Default.RollbackView);
        if (_rollback.Committed.View is not null) await RunAsync();   // null if another operation has the key, and its view is the answer
        return view;
    }

    /// <summary>
    /// Carries it out in the background: the caller is answered, the grain goes on. An activation that dies is found by
    /// <see cref="RollbackSweeper"/>.
    /// </summary>
    private Task RunAsync()
    {
        if (!_running.IsCompleted || _stopping.IsCancellationRequested) return Task.CompletedTask;
        DelayDeactivation(Awake);
        _running = GoAsync();
        return Task.CompletedTask;
    }

    private async Task GoAsync()
    {
        await Task.Yield();
        var run = new RollbackRun(_key, GrainFactory, index, rules, pace, clock, () => _rollback.Committed, AppendAsync, PauseAsync);
        try
        {
            await _rollback.ReadAsync();
            await run.GoAsync(await StreamAsync(), _stopping.Token);
            await TellUndoneAsync();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            LogStopped(log, _key);
        }
        catch (Exception e)
        {
            LogInterrupted(log, _key, e);   // nothing is lost: it is found again and goes on
        }
    }

    /// <summary>Waits between two batches; not any longer when it is cancelled.</summary>
    private async Task PauseAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        DelayDeactivation(Awake);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(delay, clock, over.Token), _cancelled.Task);
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Records an event. Returns false if it does not fit any more; see <see cref="RollbackOperation.MayFollow"/>.</summary>
    private Task<bool> AppendAsync(RollbackFact fact) => _rollback.ExecuteAsync(fact, c => !c.Events.IsEmpty);

    /// <summary>Tells those who watch that there is more to see.</summary>
    internal void OnChanged()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Rollback {Rollback} pauses: its activation ends")]
    private static partial void LogStopped(ILogger log, GrainKey rollback);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rollback {Rollback} was interrupted; it goes on in a moment")]
    private static partial void LogInterrupted(ILogger log, GrainKey rollback, Exception error);
}
