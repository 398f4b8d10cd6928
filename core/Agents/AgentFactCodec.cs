using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Memento.Agents;

/// <summary>The stored form of an agent's facts: a kind, a version, and JSON. Kinds and member names are a contract with every database that exists; the golden tests hold them.</summary>
public static class AgentFactCodec
{
    /// <summary>Version of the JSON that is written now, and the only one so far. Another is refused.</summary>
    public const short Version = 1;

    public static (string Kind, byte[] Payload) Encode(AgentFact fact) => fact switch
    {
        AgentFact.Registered f => ("registered", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.AgentRegistered)),
        AgentFact.Said f => ("said", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.AgentSaid)),
        AgentFact.Died f => ("died", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.AgentDied)),
        AgentFact.Returned f => ("returned", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.AgentReturned)),
        AgentFact.Removed f => ("removed", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.AgentRemoved)),
        AgentFact.HandedOn f => ("handed_on", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.AgentHandedOn)),
        _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Unknown fact."),
    };

    /// <summary>Throws <see cref="FormatException"/> for what is no entry of an agent, or one of a kind or version that this program does not know.</summary>
    public static AgentFact Decode(string kind, short version, ReadOnlySpan<byte> payload) => kind switch
    {
        "registered" => Read(kind, version, payload, MementoJson.Default.AgentRegistered),
        "said" => Read(kind, version, payload, MementoJson.Default.AgentSaid),
        "died" => Read(kind, version, payload, MementoJson.Default.AgentDied),
        "returned" => Read(kind, version, payload, MementoJson.Default.AgentReturned),
        "removed" => Read(kind, version, payload, MementoJson.Default.AgentRemoved),
        "handed_on" => Read(kind, version, payload, MementoJson.Default.AgentHandedOn),
        _ => throw new FormatException($"'{kind}' is not a kind of agent entry that this program knows."),
    };

    public static byte[] EncodeState(AgentState state) => JsonSerializer.SerializeToUtf8Bytes(state, MementoJson.Default.AgentState);

    /// <inheritdoc cref="Decode"/>
    public static AgentState DecodeState(short version, ReadOnlySpan<byte> payload) => Read("snapshot", version, payload, MementoJson.Default.AgentState);

    private static T Read<T>(string kind, short version, ReadOnlySpan<byte> payload, JsonTypeInfo<T> type) => StoredJson.Read($"An agent's '{kind}' entry", version, Version, payload, type);
}
