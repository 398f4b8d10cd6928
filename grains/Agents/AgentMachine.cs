using Memento.Journaling;
using Memento.Storage;

namespace Memento.Agents;

/// <summary>An agent's rules and stored form, as its journal needs them.</summary>
internal sealed class AgentMachine : IStateMachine<AgentState, AgentFact>
{
    public AgentState Empty => AgentState.Empty;

    public short Version => AgentFactCodec.Version;

    public AgentState Apply(AgentState state, AgentFact fact) => Agent.Apply(state, fact);

    public NewEntry Encode(AgentFact fact)
    {
        var (kind, payload) = AgentFactCodec.Encode(fact);
        return new(kind, AgentFactCodec.Version, fact.At, payload);
    }

    public AgentFact Decode(JournalEntry entry) => AgentFactCodec.Decode(entry.Kind, entry.Version, entry.Payload.Span);

    public byte[] Encode(AgentState state) => AgentFactCodec.EncodeState(state);

    public AgentState Decode(Snapshot snapshot) => AgentFactCodec.DecodeState(snapshot.Version, snapshot.Payload.Span);
}
