using Memento.Audit;
using Memento.Journaling;

namespace Memento.Workspaces;

/// <summary>Joins a workspace's rules, its rows and the newest versions of its documents to the executor.</summary>
internal sealed class WorkspaceAggregate(string name, NewestVersions newest, WorkspaceLimits limits, TimeProvider clock, IGrainBase grain)
    : IAggregate<WorkspaceState, WorkspaceFact, WorkspaceCommand>
{
    private readonly AuditRuns _runs = new();

    public string StreamName => WorkspaceGrain.StreamOf(name);

    public IStateMachine<WorkspaceState, WorkspaceFact> Machine { get; } =
        new StateMachine<WorkspaceState, WorkspaceFact>(WorkspaceState.Empty, Workspace.Apply, WorkspaceFact.Codec);

    public Decision<WorkspaceFact> Decide(WorkspaceState state, WorkspaceCommand command) =>
        Workspace.Decide(state, command, limits, clock.Now());

    public AppendExtras Follow(in Change<WorkspaceState, WorkspaceFact, WorkspaceCommand> change)
    {
        var (rows, blobs) = WorkspaceRows.Follow(name, change.StreamId, change.Before.Seq, change.Events, _runs);
        return new(rows, blobs);
    }

    /// <summary>Whether no other write changed the documents of a write since they were looked up.</summary>
    public bool IsCurrent(WorkspaceCommand command) => command is not WorkspaceCommand.Write write
        || write.Current.All(c => newest.TryGet(c.Key, out var version, out _) && version?.Seq == c.Value.Version?.Seq);

    public bool EndsOnUnknownOutcome => false;   // workspaces have many writers

    public void Deactivate() => grain.DeactivateOnIdle();

    public void OnAppended(in Change<WorkspaceState, WorkspaceFact, WorkspaceCommand> change)
    {
        foreach (var written in Written(change)) newest.Write(VersionOf(written, change.After.Seq), written.After);
    }

    public ValueTask OnCommittedAsync(in Change<WorkspaceState, WorkspaceFact, WorkspaceCommand> change)
    {
        foreach (var written in Written(change)) newest.Commit(VersionOf(written, change.After.Seq));
        return default;
    }

    public void OnFailed() => _runs.Forget();

    public void OnDropped() => newest.Clear();

    private static ReadOnlySpan<DocumentChange> Written(in Change<WorkspaceState, WorkspaceFact, WorkspaceCommand> change) =>
        change.Events is [WorkspaceFact.DocumentsChanged changed] ? changed.Changes.AsSpan() : [];

    private static DocumentVersion VersionOf(DocumentChange change, long seq) => new()
    {
        Key = change.Key,
        Seq = seq,
        Hash = change.After?.Hash,
        ContentType = change.After?.ContentType,
        Length = change.After?.Content.Length ?? 0,
        PreviousSeq = change.Before?.Seq ?? 0,
    };
}
