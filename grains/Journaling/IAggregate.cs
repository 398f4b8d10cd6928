using System.Collections.Immutable;
using Memento.Storage;

namespace Memento.Journaling;

/// <summary>A command and what was decided about it.</summary>
/// <param name="Command">The command.</param>
/// <param name="Before">The tentative state that the decision saw.</param>
/// <param name="After">The state after the events.</param>
/// <param name="Events">The events; empty if there was nothing to do.</param>
/// <param name="StreamId">The stream's number.</param>
/// <param name="Position">Position of the state before the events; the first event stands one behind it.</param>
internal readonly record struct Change<TState, TEvent, TCommand>(
    TCommand Command, TState Before, TState After, ImmutableArray<TEvent> Events, long StreamId, long Position);

/// <summary>
/// What <see cref="Executor{TState,TEvent,TCommand}"/> asks of one journaled grain: the rules, the rows that follow from events, and the
/// caches that rest on appends in flight. All members are called on the grain's scheduler and must not block.
/// </summary>
internal interface IAggregate<TState, TEvent, TCommand> where TState : class
{
    /// <summary>The stream's name, which is unique in the journal.</summary>
    string StreamName { get; }

    /// <summary>How the state follows from events, and how both are stored. Activations share it.</summary>
    IStateMachine<TState, TEvent> Machine { get; }

    /// <summary>Decides about a command, without side effects. A decision may be made several times before one is stored.</summary>
    Decision<TEvent> Decide(TState state, TCommand command);

    /// <summary>Returns what is stored together with the events. Called once per append, in the order of the stream.</summary>
    AppendExtras Follow(in Change<TState, TEvent, TCommand> change);

    /// <summary>Whether caches that a prepared command rests on are still current. If not, the command is prepared again.</summary>
    bool IsCurrent(TCommand command) => true;

    /// <summary>
    /// Whether a command is decided again when another writer was first. False for a command that rests on more than the stream, such as
    /// on changes elsewhere that its caller made before.
    /// </summary>
    bool MayRetry(TCommand command) => true;

    /// <summary>
    /// Whether the activation ends after an append with an unknown outcome. If not, the next command reads the stream in place. False for
    /// busy or watched grains: their callers would be sent from one ending activation to the next until Orleans rejects the call.
    /// </summary>
    bool EndsOnUnknownOutcome => true;

    /// <summary>Finds the stream: its number, newest position and snapshot; null if the stream does not exist.</summary>
    Task<StreamHead?> FindAsync(IJournal journal, CancellationToken cancellationToken) => journal.FindAsync(StreamName, cancellationToken);

    /// <summary>Returns a state and its position from elsewhere than the stream's snapshot; null to begin at the snapshot.</summary>
    (TState State, long Position)? FindStart(StreamHead? head) => null;

    /// <summary>Ends the activation when its calls are over, so that the next call finds the rightful one.</summary>
    void Deactivate();

    /// <summary>A command was refused.</summary>
    void OnRefused(Refusal refusal)
    {
    }

    /// <summary>Events were handed to the journal. The next decision sees the state after them.</summary>
    void OnAppended(in Change<TState, TEvent, TCommand> change)
    {
    }

    /// <summary>Events are durable, in the order of the stream. The caller is answered when the returned task completes.</summary>
    ValueTask OnCommittedAsync(in Change<TState, TEvent, TCommand> change) => default;

    /// <summary>
    /// An append was refused, or failed with an unknown outcome: rows that <see cref="Follow"/> returned may not be stored. Other appends
    /// may be in flight, of the same state or of one that was read since.
    /// </summary>
    void OnFailed()
    {
    }

    /// <summary>The state is dropped and read again. Called before and after the read.</summary>
    void OnDropped()
    {
    }
}
