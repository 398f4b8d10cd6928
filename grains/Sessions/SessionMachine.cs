using Memento.Journaling;
using Memento.Storage;

namespace Memento.Sessions;

/// <summary>A session's rules and stored form, as its journal needs them.</summary>
internal sealed class SessionMachine(string sessionId) : IStateMachine<SessionState, SessionFact>
{
    public SessionState Empty => SessionState.Empty with { SessionId = sessionId };

    public short Version => SessionFactCodec.Version;

    public SessionState Apply(SessionState state, SessionFact fact) => Session.Apply(state, fact);

    public NewEntry Encode(SessionFact fact)
    {
        var (kind, payload) = SessionFactCodec.Encode(fact);
        return new(kind, SessionFactCodec.Version, fact.At, payload);
    }

    public SessionFact Decode(JournalEntry entry) => SessionFactCodec.Decode(entry.Kind, entry.Version, entry.Payload.Span);

    public byte[] Encode(SessionState state) => SessionFactCodec.EncodeState(state);

    public SessionState Decode(Snapshot snapshot) => SessionFactCodec.DecodeState(snapshot.Version, snapshot.Payload.Span);

    public SessionState Compact(SessionState state) => SharedNames.In(state);
}
