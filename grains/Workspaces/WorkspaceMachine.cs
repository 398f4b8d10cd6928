using Memento.Journaling;
using Memento.Storage;

namespace Memento.Workspaces;

/// <summary>A workspace's rules and stored form, as its journal needs them.</summary>
internal sealed class WorkspaceMachine : IStateMachine<WorkspaceState, WorkspaceFact>
{
    public WorkspaceState Empty => WorkspaceState.Empty;

    public short Version => WorkspaceFactCodec.Version;

    public WorkspaceState Apply(WorkspaceState state, WorkspaceFact fact) => Workspace.Apply(state, fact);

    public NewEntry Encode(WorkspaceFact fact)
    {
        var (kind, payload) = WorkspaceFactCodec.Encode(fact);
        return new(kind, WorkspaceFactCodec.Version, fact.At, payload);
    }

    public WorkspaceFact Decode(JournalEntry entry) => WorkspaceFactCodec.Decode(entry.Kind, entry.Version, entry.Payload.Span);

    public byte[] Encode(WorkspaceState state) => WorkspaceFactCodec.EncodeState(state);

    public WorkspaceState Decode(Snapshot snapshot) => WorkspaceFactCodec.DecodeState(snapshot.Version, snapshot.Payload.Span);
}
