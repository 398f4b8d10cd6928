using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Memento.Journaling;
using Memento.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Memento.Workspaces;

/// <summary>
/// The shell of a workspace: looks up the documents that a call names and makes a command of both, which an
/// <see cref="Executor{TState,TEvent,TCommand}"/> runs. The grain is reentrant for one reason: several appends may be in flight.
/// </summary>
[GrainType("memento.workspace"), Reentrant]
internal sealed partial class WorkspaceGrain(
    IJournal journal, IWorkspaceIndex index, IOptions<WorkspaceOptions> options, WorkspaceLimits limits, IOptions<StorageOptions> storage, TimeProvider clock, ILogger<WorkspaceGrain> log)
    : Grain, IWorkspaceGrain, IWorkspaceWriter, IDisposable
{
    private const long MaxHistorySeconds = 100L * 366 * 24 * 3600;

    private readonly NewestVersions _newest = new(index, options.Value.CachedDocuments);
    private string _name = "";
    private Executor<WorkspaceState, WorkspaceFact, WorkspaceCommand> _workspace = null!;

    public static string StreamOf(string workspace) => $"workspace/{workspace}";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _name = Names.Check("workspace", this.GetPrimaryKeyString());
        _workspace = new(journal, new WorkspaceAggregate(_name, _newest, limits, clock, this), storage.Value.Journal.SnapshotInterval, log);
        await _workspace.LoadAsync(cancellationToken);
    }

    public void Dispose() => _points.Dispose();

    public async Task<WorkspaceView> GetAsync()
    {
        var state = await _workspace.ReadAsync();
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
        new(by, operations, ImmutableDictionary<DocumentKey, CurrentDocument>.Empty) { IsRollback = true }, c => c.After.Seq, MementoJson.Default.Int64, null);

    public async Task<CompactionReport> CompactAsync(CompactWorkspace request)
    {
        if (request.HistorySeconds is < 0 or > MaxHistorySeconds) throw new MementoException(Refusal.Invalid("historySeconds", $"is {request.HistorySeconds}; must be from 0 to {MaxHistorySeconds}"));
        await _workspace.LoadAsync();
        await _workspace.Stream.SettleAsync();
        var window = request.HistorySeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : options.Value.History;
        var upTo = await index.FindSeqAsync(_workspace.StreamId, clock.Now() - window);
        // Said before it is done: whoever plans from now on knows how far back the history is whole.
        if (!request.DryRun && upTo > 0) await _workspace.ExecuteAsync(new WorkspaceCommand.Compact(upTo), _ => upTo);
        return await index.CompactAsync(_name, _workspace.StreamId, upTo, request.DryRun);
    }

    private string Scope => $"workspace:{_name}";

    /// <summary>Writes; what is known of the documents stays known until it is done, however little room there is for others.</summary>
    private async Task<T> WriteAsync<T>(
        WorkspaceCommand.Write write, Func<Change<WorkspaceState, WorkspaceFact, WorkspaceCommand>, T> answer, JsonTypeInfo<T> json, KeyedRequest? key)
    {
        var keys = write.Operations.Select(operation => operation.Key).ToArray();
        _newest.Hold(keys);
        try
        {
            return await _workspace.ExecutePreparedAsync(async () => write with { Current = await GatherAsync(write.Operations) }, answer, key, json);
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

    private static DocumentValue? KnownValue(Dictionary<DocumentKey, CurrentDocument> current, DocumentKey key, DocumentVersion version) =>
        current.TryGetValue(key, out var known) && known.Version?.Seq == version.Seq ? known.Value : null;

    private static WriteResult ResultOf(Change<WorkspaceState, WorkspaceFact, WorkspaceCommand> change)
    {
        var (command, after) = ((WorkspaceCommand.Write)change.Command, change.After);
        var changes = change.Events is [WorkspaceFact.DocumentsChanged changed] ? changed.Changes : [];
        var documents = ImmutableArray.CreateBuilder<WrittenDocument>(command.Operations.Length);
        var next = 0;   // changes stand in the order of the operations; those that changed nothing are missing
        foreach (var operation in command.Operations)
        {
            var current = command.Current[operation.Key];
            var written = next < changes.Length && changes[next].Key == operation.Key ? changes[next++] : null;
            documents.Add(written switch
            {
                null => new(operation.Kind, operation.Id, WriteOutcome.Unchanged, Etag.Of(current.Version)),
                { After: null } => new(operation.Kind, operation.Id, WriteOutcome.Deleted, null),
                _ => new(operation.Kind, operation.Id, current.Exists ? WriteOutcome.Updated : WriteOutcome.Created, Etag.Of(after.Seq)),
            });
        }

        return new(after.Seq, documents.MoveToImmutable());
    }
}
