using Memento.Journaling;
using Memento.Storage;

namespace Memento.Tasks;

/// <summary>A queue's rules and stored form, as its journal needs them.</summary>
internal sealed class QueueMachine : IStateMachine<QueueState, QueueFact>
{
    public QueueState Empty => QueueState.Empty;

    public short Version => QueueFactCodec.Version;

    public QueueState Apply(QueueState state, QueueFact fact) => QueueState.Apply(state, fact);

    public NewEntry Encode(QueueFact fact)
    {
        var (kind, payload) = QueueFactCodec.Encode(fact);
        return new(kind, QueueFactCodec.Version, fact.At, payload);
    }

    public QueueFact Decode(JournalEntry entry) => QueueFactCodec.Decode(entry.Kind, entry.Version, entry.Payload.Span);

    public byte[] Encode(QueueState state) => QueueFactCodec.EncodeState(state);

    public QueueState Decode(Snapshot snapshot) => QueueFactCodec.DecodeState(snapshot.Version, snapshot.Payload.Span);
}
