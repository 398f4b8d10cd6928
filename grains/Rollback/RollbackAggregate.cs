using Memento.Journaling;

namespace Memento.Rollback;

/// <summary>
/// Joins a rollback's rules and rows to the executor. The commands are the events themselves: they are recorded if they still fit.
/// </summary>
internal sealed class RollbackAggregate(GrainKey key, RollbackGrain grain) : IAggregate<RollbackState, RollbackFact, RollbackFact>
{
    private static readonly StateMachine<RollbackState, RollbackFact> Rules =
        new(RollbackState.Empty, RollbackOperation.Apply, RollbackFact.Codec);

    public string StreamName => RollbackGrain.StreamOf(key);

    public IStateMachine<RollbackState, RollbackFact> Machine => Rules;

    public Decision<RollbackFact> Decide(RollbackState state, RollbackFact command) =>
        RollbackOperation.MayFollow(state, command) ? command : Decision<RollbackFact>.Nothing;

    public AppendExtras Follow(in Change<RollbackState, RollbackFact, RollbackFact> change) =>
        new(RollbackRows.Follow(key.Workspace, change.StreamId, change.Position + 1, change.Command, change.Before, change.After));

    /// <summary>
    /// Whether a caller sent the command. A run's own events rest on what the run did to the workspace: if another run of the same rollback
    /// was first, this one stops.
    /// </summary>
    public bool MayRetry(RollbackFact command) =>
        command is RollbackFact.Requested or RollbackFact.CancelRequested or RollbackFact.ConflictResolved or RollbackFact.Undone;

    public void Deactivate() => ((IGrainBase)grain).DeactivateOnIdle();

    public ValueTask OnCommittedAsync(in Change<RollbackState, RollbackFact, RollbackFact> change)
    {
        grain.OnChanged();
        return default;
    }
}
