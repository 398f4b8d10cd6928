using Memento.Journaling;
using Memento.Storage;

namespace Memento.Sessions;

/// <summary>A command to a session, and what is stored with its events.</summary>
/// <param name="Command">The command.</param>
/// <param name="ParentStreamId">The stream of the session that this one is a fork of, when it is created.</param>
/// <param name="Blobs">Values that the events will name by their hash.</param>
internal readonly record struct SessionChange(SessionCommand Command, long? ParentStreamId = null, IReadOnlyList<NewBlob>? Blobs = null);

/// <summary>Joins a session's rules, its rows and its watchers to the executor.</summary>
internal sealed class SessionAggregate(GrainKey key, SessionLimits limits, TimeProvider clock, LiveTail live, SessionGrain grain)
    : IAggregate<SessionState, SessionFact, SessionChange>
{
    private SessionRows? _rows;

    public string StreamName => SessionGrain.StreamOf(key);

    public IStateMachine<SessionState, SessionFact> Machine { get; } = new SessionMachine(key.Id);

    public Decision<SessionFact> Decide(SessionState state, SessionChange command) =>
        Session.Decide(state, command.Command, limits, clock.Now());

    public AppendExtras Follow(in Change<SessionState, SessionFact, SessionChange> change)
    {
        _rows ??= new(key.Workspace, change.StreamId);
        var rows = _rows.Follow(change.Before, change.After, change.Events, change.Command.ParentStreamId);
        return new(rows, change.Command.Blobs, Snapshot: change.After.End is not SessionEnd.None);
    }

    public bool EndsOnUnknownOutcome => false;   // sessions have watchers, and many writers

    public void Deactivate() => ((IGrainBase)grain).DeactivateOnIdle();

    public void OnRefused(Refusal refusal) => grain.OnRefused(refusal);

    public ValueTask OnCommittedAsync(in Change<SessionState, SessionFact, SessionChange> change)
    {
        live.Publish(change.Events);
        return grain.OnCommittedAsync(change.Command.Command, change.Events);
    }

    public void OnFailed() => OnDropped();

    /// <summary>Rows that were taken for written may not be, and there may be events that no watcher was told of.</summary>
    public void OnDropped()
    {
        _rows = null;
        live.Publish([]);
    }
}
