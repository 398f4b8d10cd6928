using System.Runtime.CompilerServices;
using Memento.Journaling;
using Memento.Storage;
using Memento.Workspaces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Memento.Rollback;

/// <summary>
/// The shell of a rollback: it remembers what happened and tells it. <see cref="RollbackRun"/> carries it out, in the background of this grain.
/// It is reentrant so that it can be asked, watched and cancelled meanwhile; facts are appended one after the other.
/// </summary>
[GrainType("memento.rollback"), Reentrant]
internal sealed partial class RollbackGrain(
    IJournal journal, IWorkspaceIndex index, RollbackRules rules, RollbackPace pace, IOptions<StorageOptions> storage, TimeProvider clock, ILogger<RollbackGrain> log) : Grain, IRollbackGrain, IDisposable
{
    private static readonly TimeSpan Awake = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _appending = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private GrainKey _key;
    private Journaled<RollbackState, RollbackFact> _rollback = null!;
    private TaskCompletionSource _changed = NewSignal();
    private Task _running = Task.CompletedTask;

    public static string StreamOf(GrainKey key) => $"rollback/{key}";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = GrainKey.Parse(this.GetPrimaryKeyString());
        Names.Check("workspace", _key.Workspace);
        Names.Check("operationId", _key.Id);
        _rollback = new(journal, new RollbackMachine(), StreamOf(_key), storage.Value.Journal.SnapshotInterval);
        await _rollback.LoadAsync(cancellationToken);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();   // it goes on where it wakes next
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _appending.Dispose();
        _stopping.Dispose();
    }

    public async Task<RollbackView> StartAsync(string rollbackPointId, StartRollback request, string? idempotencyKey)
    {
        var key = KeyedRequest.For($"rollbacks:{_key.Workspace}", idempotencyKey, rollbackPointId, request, MementoJson.Default.StartRollback);
        if (key is not null && await key.FindAnswerAsync(journal, MementoJson.Default.RollbackView) is { } known) return known;
        if (_rollback.Committed.View is { } view) return view;   // asked again
        if (RollbackOperation.Problem(request) is { } problem) throw new MementoException(problem);
        _ = SelectionFilter.Of(request.Selection, clock.Now());

        var point = await WorkspacePoints.FindAsync(index, await StreamAsync(), rollbackPointId, clock.Now());
        if (request.PreviewToken is { } token) PreviewToken.Check(token, _key.Workspace, rollbackPointId, request.Selection, (await Workspace.GetAsync()).ChangedSeq);
        return await BeginAsync(new()
        {
            At = clock.Now(),
            OperationId = _key.Id,
            RollbackPointId = rollbackPointId,
            PointSeq = point.Seq,
            Type = RollbackOperation.TypeOf(request),
            Request = request,
        }, key);
    }

    public async Task<RollbackView> GetAsync() => (await OpenAsync()).View!;

    public async Task<RollbackView> CancelAsync()
    {
        var state = await OpenAsync();
        if (RollbackOperation.CannotCancel(state) is { } refusal) throw new MementoException(refusal);
        if (!state.CancelRequested) await AppendAsync(new RollbackFact.CancelRequested { At = clock.Now() });
        return _rollback.Committed.View!;
    }

    public async Task<RollbackView> UndoAsync(string? agentId)
    {
        var state = await OpenAsync();
        if (state.View!.UndoneBy is { } by) return await GrainFactory.GetGrain<IRollbackGrain>(new GrainKey(_key.Workspace, by).ToString()).GetAsync();
        if (RollbackOperation.CannotUndo(state) is { } refusal) throw new MementoException(refusal);

        // The id follows from this rollback, so undoing it twice is one undoing.
        var id = $"op-{Uuid7.Derive(state.View.CompletedAt!.Value, _key.ToString(), 0)}";
        var undo = GrainFactory.GetGrain<IUndoing>(new GrainKey(_key.Workspace, id).ToString());
        var started = await undo.StartUndoAsync(_key.Id, state.View.RecoveryPointId!, agentId);
        await AppendAsync(new RollbackFact.Undone { At = clock.Now(), ByOperationId = id });
        return started;
    }

    public async Task ResumeAsync()
    {
        if (_rollback.Committed.View is { IsOver: false }) await RunAsync();
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

    private IWorkspaceGrain Workspace => GrainFactory.GetGrain<IWorkspaceGrain>(_key.Workspace);

    private async Task<RollbackState> OpenAsync()
    {
        if (_rollback.IsBroken) await _rollback.LoadAsync();
        return _rollback.Committed.View is not null ? _rollback.Committed
            : throw new MementoException(Refusal.Of(RefusalKind.NotFound, Codes.OperationNotFound, $"There is no rollback \"{_key.Id}\"."));
    }

    private async Task<RollbackView> BeginAsync(RollbackFact.Requested requested, KeyedRequest? key)
    {
        await _rollback.ReserveAsync();
        await AppendAsync(requested, key);
        var view = _rollback.Committed.View!;
        await RunAsync();
        return view;
    }

    /// <summary>Carries it out in the background: the caller is answered, the grain goes on. An activation that dies is found by <see cref="RollbackSweeper"/>.</summary>
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
        var run = new RollbackRun(_key, GrainFactory, index, rules, pace, clock, () => _rollback.Committed, AppendAsync, () => DelayDeactivation(Awake));
        try
        {
            await run.GoAsync(await StreamAsync(), _stopping.Token);
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

    private Task AppendAsync(RollbackFact fact) => AppendAsync(fact, null);

    private async Task AppendAsync(RollbackFact fact, KeyedRequest? key)
    {
        await _appending.WaitAsync();
        try
        {
            if (_rollback.IsBroken) await _rollback.LoadAsync();
            var before = _rollback.Tentative;
            var after = RollbackOperation.Apply(before, fact);
            var appended = _rollback.Append([fact], after, RollbackRows.Follow(_key.Workspace, _rollback.StreamId, before, after), key?.Answer(after.View!, MementoJson.Default.RollbackView));
            await appended.Durable;
            _rollback.Commit(appended);
        }
        finally
        {
            _appending.Release();
        }

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
