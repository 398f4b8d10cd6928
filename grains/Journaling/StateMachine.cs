using Memento.Storage;

namespace Memento.Journaling;

/// <summary>How a state follows from its facts, and how both are stored.</summary>
internal interface IStateMachine<TState, TFact>
{
    /// <summary>The state before anything happened.</summary>
    TState Empty { get; }

    short Version { get; }

    TState Apply(TState state, TFact fact);

    /// <summary>The fact's kind, time and JSON.</summary>
    NewEntry Encode(TFact fact);

    TFact Decode(JournalEntry entry);

    byte[] Encode(TState state);

    TState Decode(Snapshot snapshot);

    /// <summary>The same state in as little memory as it can be kept in; asked for once, after loading.</summary>
    TState Compact(TState state) => state;
}

/// <summary>A state machine of which rules and stored form are all there is to say.</summary>
internal sealed class StateMachine<TState, TFact>(TState empty, Func<TState, TFact, TState> apply, FactCodec<TState, TFact> codec) : IStateMachine<TState, TFact> where TFact : class, IFact
{
    public TState Empty => empty;

    public short Version => FactCodec<TState, TFact>.Version;

    public TState Apply(TState state, TFact fact) => apply(state, fact);

    public NewEntry Encode(TFact fact)
    {
        var (kind, payload) = codec.Encode(fact);
        return new(kind, Version, fact.At, payload);
    }

    public TFact Decode(JournalEntry entry) => codec.Decode(entry.Kind, entry.Version, entry.Payload.Span);

    public byte[] Encode(TState state) => codec.EncodeState(state);

    public TState Decode(Snapshot snapshot) => codec.DecodeState(snapshot.Version, snapshot.Payload.Span);
}
