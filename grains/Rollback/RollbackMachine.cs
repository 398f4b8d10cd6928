using Memento.Journaling;
using Memento.Storage;

namespace Memento.Rollback;

/// <summary>A rollback's rules and stored form, as its journal needs them.</summary>
internal sealed class RollbackMachine : IStateMachine<RollbackState, RollbackFact>
{
    public RollbackState Empty => RollbackState.Empty;

    public short Version => RollbackFactCodec.Version;

    public RollbackState Apply(RollbackState state, RollbackFact fact) => RollbackOperation.Apply(state, fact);

    public NewEntry Encode(RollbackFact fact)
    {
        var (kind, payload) = RollbackFactCodec.Encode(fact);
        return new(kind, RollbackFactCodec.Version, fact.At, payload);
    }

    public RollbackFact Decode(JournalEntry entry) => RollbackFactCodec.Decode(entry.Kind, entry.Version, entry.Payload.Span);

    public byte[] Encode(RollbackState state) => RollbackFactCodec.EncodeState(state);

    public RollbackState Decode(Snapshot snapshot) => RollbackFactCodec.DecodeState(snapshot.Version, snapshot.Payload.Span);
}
