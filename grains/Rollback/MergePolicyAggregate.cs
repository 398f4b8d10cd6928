using Memento.Journaling;
using Memento.Storage;

namespace Memento.Rollback;

/// <summary>
/// Joins the rules of merge policies to the executor. The newest list is also grain state, so that an activation reads one row instead of
/// the stream. After a crash between the two writes, the next activation writes the state.
/// </summary>
internal sealed class MergePolicyAggregate(
    string workspace, MergePolicyLimits limits, IPersistentState<MergePolicyState> stored, TimeProvider clock, MergePolicyGrain grain)
    : IAggregate<MergePolicyState, MergePoliciesChanged, SetMergePolicies>
{
    private static readonly StateMachine<MergePolicyState, MergePoliciesChanged> Rules =
        new(MergePolicyState.Empty, MergePolicyRules.Apply, MergePoliciesChanged.Codec);

    private bool _isStoredOld;

    public string StreamName => MergePolicyGrain.StreamOf(workspace);

    public IStateMachine<MergePolicyState, MergePoliciesChanged> Machine => Rules;

    public Decision<MergePoliciesChanged> Decide(MergePolicyState state, SetMergePolicies command) =>
        MergePolicyRules.Decide(state, command, limits, clock.Now());

    public AppendExtras Follow(in Change<MergePolicyState, MergePoliciesChanged, SetMergePolicies> change) =>
        new(MergePolicyRows.Follow(workspace, change.StreamId, change.Events[0]));

    /// <summary>Reads the stored state again after a failed append, because another activation may have written it.</summary>
    public async Task<StreamHead?> FindAsync(IJournal journal, CancellationToken cancellationToken)
    {
        try
        {
            if (_isStoredOld) await stored.ReadStateAsync(cancellationToken);
        }
        catch (OrleansException e)
        {
            throw MergePolicyGrain.NotReady("The state of the merge policies could not be read from the store. Repeat the request.", e);
        }

        return await journal.FindAsync(StreamName, cancellationToken);
    }

    /// <summary>Returns the stored state if the stream has no newer entry. Otherwise the newest entry has the whole list.</summary>
    public (MergePolicyState State, long Position)? FindStart(StreamHead? head)
    {
        var newest = head?.Position ?? 0;
        return stored.State.Version == newest ? (stored.State, newest) : (MergePolicyState.Empty, Math.Max(0, newest - 1));
    }

    public void Deactivate() => ((IGrainBase)grain).DeactivateOnIdle();

    public ValueTask OnCommittedAsync(in Change<MergePolicyState, MergePoliciesChanged, SetMergePolicies> change) => new(grain.SaveAsync());

    public void OnFailed() => _isStoredOld = true;
}
