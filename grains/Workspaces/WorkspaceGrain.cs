using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Memento.Audit;
using Memento.Journaling;
using Memento.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Memento.Workspaces;

/// <summary>
/// The shell of a workspace: look at the documents that are named, ask <see cref="Workspace"/>, append, tell.
/// It is reentrant for one reason: many writes may wait for the group commit at the same time. Deciding and queueing happen between two awaits, so they cannot interleave.
/// </summary>
[GrainType("memento.workspace"), Reentrant]
internal sealed partial class WorkspaceGrain(
    IJournal journal, IWorkspaceIndex index, IOptions<WorkspaceOptions> options, WorkspaceLimits limits, IOptions<StorageOptions> storage, TimeProvider clock, ILogger<WorkspaceGrain> log)
    : Grain, IWorkspaceGrain, IWorkspaceWriter, IDisposable
{
    private const int MaxAttempts = 5;
    private const long MaxHistorySeconds = 100L * 366 * 24 * 3600;

    private readonly AuditRuns _runs = new();
    private readonly NewestVersions _newest = new(index, options.Value.CachedDocuments);
    private string _name = "";
    private Journaled<WorkspaceState, WorkspaceFact> _workspace = null!;
    private Task _reloading = Task.CompletedTask;

    public static string StreamOf(string workspace) => $"workspace/{workspace}";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _name = Names.Check("workspace", this.GetPrimaryKeyString());
        _workspace = new(journal, new StateMachine<WorkspaceState, WorkspaceFact>(WorkspaceState.Empty, Workspace.Apply, WorkspaceFact.Codec), StreamOf(_name), storage.Value.Journal.SnapshotInterval);
        await _workspace.LoadAsync(cancellationToken);
    }

    public void Dispose() => _points.Dispose();

    public async Task<WorkspaceView> GetAsync()
    {
        await EnsureLoadedAsync();
        var state = _workspace.Committed;
        return new()
        {
            Seq = state.Seq, ChangedSeq = state.ChangedSeq, CompactedTo = state.CompactedTo, Root = state.Root.ToString(), Documents = state.Documents, Bytes = state.Bytes, RollbackPoints = state.Points, UpdatedAt = state.Seq == 0 ? null : state.UpdatedAt,
        };
    }

    public Task<WriteResult> WriteAsync(WriteDocuments request, string? idempotencyKey)
    {
        var operations = request.Operations.IsDefault ? [] : request.Operations;
        var by = new Author(request.AgentId, request.SessionId);
        if (Workspace.Problem(by, operations, limits) is { } problem) throw new MementoException(problem);   // before anything is looked up by a bad name
        return WriteAsync(
            new(by, operations, ImmutableDictionary<DocumentKey, CurrentDocument>.Empty), ResultOf, MementoJson.Default.WriteResult,
            idempotencyKey is null ? null : WriteKey.For(Scope, idempotencyKey, request));
    }

    public Task<long> ApplyAsync(Author by, ImmutableArray<DocumentOperation> operations) => WriteAsync(
        new(by, operations, ImmutableDictionary<DocumentKey, CurrentDocument>.Empty) { IsRollback = true }, (_, state, _) => state.Seq, MementoJson.Default.Int64, null);

    public async Task<CompactionReport> CompactAsync(CompactWorkspace request)
    {
        if (request.HistorySeconds is < 0 or > MaxHistorySeconds) throw new MementoException(Refusal.Invalid("historySeconds", $"is {request.HistorySeconds}; must be from 0 to {MaxHistorySeconds}"));
        await EnsureLoadedAsync();
        await _workspace.SettleAsync();
        var window = request.HistorySeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : options.Value.History;
        var upTo = await index.FindSeqAsync(_workspace.StreamId, clock.Now() - window);
        // Said before it is done: whoever plans from now on knows how far back the history is whole.
        if (!request.DryRun && upTo > 0) await ExecuteAsync(() => new(new WorkspaceCommand.Compact(upTo)), (_, _, _) => upTo, MementoJson.Default.Int64);
        return await index.CompactAsync(_name, _workspace.StreamId, upTo, request.DryRun);
    }

    private string Scope => $"workspace:{_name}";

    /// <summary>Writes; what is known of the documents stays known until it is done, however little room there is for others.</summary>
    private async Task<T> WriteAsync<T>(WorkspaceCommand.Write write, Func<WorkspaceCommand.Write, WorkspaceState, ImmutableArray<WorkspaceFact>, T> answer, JsonTypeInfo<T> json, KeyedRequest? key)
    {
        var keys = write.Operations.Select(operation => operation.Key).ToArray();
        _newest.Hold(keys);
        try
        {
            return await ExecuteAsync(
                async () => write with { Current = await GatherAsync(write.Operations) }, (command, state, facts) => answer((WorkspaceCommand.Write)command, state, facts), json, key);
        }
        finally
        {
            _newest.Release(keys);
        }
    }

    /// <summary>Looks at the documents that operations name. Synchronous when all of them are known, so that many writes can be under way.</summary>
    private async ValueTask<IReadOnlyDictionary<DocumentKey, CurrentDocument>> GatherAsync(ImmutableArray<DocumentOperation> operations)
    {
        var current = new Dictionary<DocumentKey, CurrentDocument>(operations.Length);
        while (true)
        {
            List<DocumentKey>? missing = null;
            List<DocumentVersion>? unread = null;
            foreach (var operation in operations)
            {
                var key = operation.Key;
                if (!_newest.TryGet(key, out var version, out var value)) (missing ??= []).Add(key);
                else if (operation.Op is DocumentOp.Patch && version is { IsDeleted: false } && (value ??= KnownValue(current, key, version)) is null) (unread ??= []).Add(version);
                else current[key] = new(version, value);
            }

            if (missing is null && unread is null) return current;
            if (missing is not null) await _newest.LoadAsync(_workspace.StreamId, missing);
            else await ReadValuesAsync(unread!, current);
        }
    }

    /// <summary>Reads the values that patches change. Together they may be as large as what the patches may leave, or one batch could fill the memory.</summary>
    private async Task ReadValuesAsync(List<DocumentVersion> versions, Dictionary<DocumentKey, CurrentDocument> current)
    {
        if (versions.Count > 1 && versions.Sum(version => version.Length) > limits.MaxBatchBytes)
            throw new MementoException(Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, $"The documents that this batch patches have more than {limits.MaxBatchBytes} bytes together. Nothing was stored; send them in several batches."));
        var values = await index.ReadValuesAsync(_workspace.StreamId, versions);
        for (var i = 0; i < values.Count; i++) current[versions[i].Key] = new(versions[i], values[i]);
    }

    private bool IsNewest(WorkspaceCommand command) =>
        command is not WorkspaceCommand.Write write || write.Current.All(c => _newest.TryGet(c.Key, out var version, out _) && version?.Seq == c.Value.Version?.Seq);

    private static DocumentValue? KnownValue(Dictionary<DocumentKey, CurrentDocument> current, DocumentKey key, DocumentVersion version) =>
        current.TryGetValue(key, out var known) && known.Version?.Seq == version.Seq ? known.Value : null;

    /// <summary>Decides, appends and answers. What another writer, or a failure of an append in front, made void is decided anew on the state as it is then; callers do not notice.</summary>
    private async Task<T> ExecuteAsync<T>(
        Func<ValueTask<WorkspaceCommand>> gather, Func<WorkspaceCommand, WorkspaceState, ImmutableArray<WorkspaceFact>, T> answer, JsonTypeInfo<T>? json, KeyedRequest? key = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            await EnsureLoadedAsync();
            if (key is not null && await key.FindAnswerAsync(journal, json!) is { } known) return known;
            await _workspace.ReserveAsync();
            try
            {
                var command = await gather();
                if (_workspace.IsBroken || _workspace.StreamId == 0 || !IsNewest(command)) continue;   // what was gathered is void, or somebody was served between gathering and now
                var before = _workspace.Tentative;
                var (facts, refusal) = Workspace.Decide(before, command, limits, clock.Now());
                // What was decided rests on appends that are under way: they must be stored before anybody hears of them. A bad value is bad whatever they become.
                if (facts.IsDefaultOrEmpty && refusal?.Code is not Codes.ValidationFailed) await _workspace.SettleAsync();
                if (facts.IsDefaultOrEmpty && key is not null && await key.FindAnswerAsync(journal, json!) is { } meanwhile) return meanwhile;   // there is nothing to do because it is done already
                if (refusal is not null) throw new MementoException(refusal);
                if (facts.IsEmpty) return answer(command, before, facts);
                return await AppendAsync(command, before, facts, answer, json, key);
            }
            catch (MementoException e) when (attempt < MaxAttempts && e.Code is Codes.StaleWriter or Codes.IdempotencyKeyReused)
            {
                LogStale(log, _name, attempt);
                DeactivateOnIdle();   // if another activation is the rightful one, the next call finds it
            }
        }
    }

    private async Task<T> AppendAsync<T>(
        WorkspaceCommand command, WorkspaceState before, ImmutableArray<WorkspaceFact> facts, Func<WorkspaceCommand, WorkspaceState, ImmutableArray<WorkspaceFact>, T> answer, JsonTypeInfo<T>? json, KeyedRequest? key)
    {
        var after = before;
        foreach (var fact in facts) after = Workspace.Apply(after, fact);
        var result = answer(command, after, facts);
        var (rows, blobs) = WorkspaceRows.Follow(_name, _workspace.StreamId, before.Seq, facts, _runs);
        var written = facts is [WorkspaceFact.DocumentsChanged changed] ? changed.Changes : [];
        Appended<WorkspaceState> appended;
        try
        {
            appended = _workspace.Append(facts, after, rows, key?.Answer(result, json!), blobs);
            foreach (var change in written) _newest.Write(After(change, after.Seq), change.After);
            await appended.Durable;
        }
        catch
        {
            _runs.Forget();   // what it said is not stored
            throw;
        }

        _workspace.Commit(appended);
        foreach (var change in written) _newest.Commit(After(change, after.Seq));
        return result;
    }

    private static DocumentVersion After(DocumentChange change, long seq) => new()
    {
        Key = change.Key, Seq = seq, Hash = change.After?.Hash, ContentType = change.After?.ContentType, Length = change.After?.Content.Length ?? 0, PreviousSeq = change.Before?.Seq ?? 0,
    };

    private static WriteResult ResultOf(WorkspaceCommand.Write command, WorkspaceState after, ImmutableArray<WorkspaceFact> facts)
    {
        var changes = facts is [WorkspaceFact.DocumentsChanged changed] ? changed.Changes : [];
        var written = ImmutableArray.CreateBuilder<WrittenDocument>(command.Operations.Length);
        var next = 0;   // changes stand in the order of the operations; those that changed nothing are missing
        foreach (var operation in command.Operations)
        {
            var current = command.Current[operation.Key];
            var change = next < changes.Length && changes[next].Key == operation.Key ? changes[next++] : null;
            written.Add(change is null
                ? new(operation.Kind, operation.Id, WriteOutcome.Unchanged, Etag.Of(current.Version))
                : new(operation.Kind, operation.Id, change.After is null ? WriteOutcome.Deleted : current.Exists ? WriteOutcome.Updated : WriteOutcome.Created, change.After is null ? null : Etag.Of(after.Seq)));
        }

        return new(after.Seq, written.MoveToImmutable());
    }

    /// <summary>Reads the truth again if an append failed; all calls wait for the same reading.</summary>
    private ValueTask EnsureLoadedAsync()
    {
        if (_workspace.IsBroken && _reloading.IsCompleted) _reloading = ReloadAsync();
        return _reloading.IsCompletedSuccessfully ? default : new(_reloading);
    }

    private async Task ReloadAsync()
    {
        _newest.Clear();
        await _workspace.LoadAsync();
        _newest.Clear();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Workspace {Workspace}: an append was void, attempt {Attempt}; the state is read again")]
    private static partial void LogStale(ILogger log, string workspace, int attempt);
}
