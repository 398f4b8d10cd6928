using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Memento.Rollback;

/// <summary>The stored form of facts: a kind, a version, and JSON. Kinds and member names are a contract with every database that exists; the golden tests hold them.</summary>
public static class RollbackFactCodec
{
    /// <summary>Version of the JSON that is written now, and the only one so far. Another is refused.</summary>
    public const short Version = 1;

    public static (string Kind, byte[] Payload) Encode(RollbackFact fact) => fact switch
    {
        RollbackFact.Requested f => ("requested", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.Requested)),
        RollbackFact.Started f => ("started", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.Started)),
        RollbackFact.Progressed f => ("progressed", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.Progressed)),
        RollbackFact.ConflictsFound f => ("conflicts_found", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.ConflictsFound)),
        RollbackFact.ConflictResolved f => ("conflict_resolved", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.ConflictResolved)),
        RollbackFact.CancelRequested f => ("cancel_requested", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.CancelRequested)),
        RollbackFact.GaveUp f => ("gave_up", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.GaveUp)),
        RollbackFact.Finished f => ("finished", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.Finished)),
        RollbackFact.Undone f => ("undone", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.Undone)),
        _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Unknown fact."),
    };

    /// <summary>Throws <see cref="FormatException"/> for what is no entry of a rollback, or one of a kind or version that this program does not know.</summary>
    public static RollbackFact Decode(string kind, short version, ReadOnlySpan<byte> payload) => kind switch
    {
        "requested" => Read(kind, version, payload, MementoJson.Default.Requested),
        "started" => Read(kind, version, payload, MementoJson.Default.Started),
        "progressed" => Read(kind, version, payload, MementoJson.Default.Progressed),
        "conflicts_found" => Read(kind, version, payload, MementoJson.Default.ConflictsFound),
        "conflict_resolved" => Read(kind, version, payload, MementoJson.Default.ConflictResolved),
        "cancel_requested" => Read(kind, version, payload, MementoJson.Default.CancelRequested),
        "gave_up" => Read(kind, version, payload, MementoJson.Default.GaveUp),
        "finished" => Read(kind, version, payload, MementoJson.Default.Finished),
        "undone" => Read(kind, version, payload, MementoJson.Default.Undone),
        _ => throw new FormatException($"'{kind}' is not a kind of rollback entry that this program knows."),
    };

    public static byte[] EncodeState(RollbackState state) => JsonSerializer.SerializeToUtf8Bytes(state, MementoJson.Default.RollbackState);

    /// <inheritdoc cref="Decode"/>
    public static RollbackState DecodeState(short version, ReadOnlySpan<byte> payload) => Read("snapshot", version, payload, MementoJson.Default.RollbackState);

    private static T Read<T>(string kind, short version, ReadOnlySpan<byte> payload, JsonTypeInfo<T> type) => StoredJson.Read($"A rollback's '{kind}' entry", version, Version, payload, type);
}
