using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Memento.Workspaces;

/// <summary>The stored form of facts: a kind, a version, and JSON. Kinds and member names are a contract with every database that exists; the golden tests hold them.</summary>
public static class WorkspaceFactCodec
{
    /// <summary>Version of the JSON that is written now, and the only one so far. Another is refused.</summary>
    public const short Version = 1;

    public static (string Kind, byte[] Payload) Encode(WorkspaceFact fact) => fact switch
    {
        WorkspaceFact.DocumentsChanged f => ("documents", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.DocumentsChanged)),
        WorkspaceFact.PointCreated f => ("point_created", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.PointCreated)),
        WorkspaceFact.PointChanged f => ("point_changed", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.PointChanged)),
        WorkspaceFact.Compacted f => ("compacted", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.Compacted)),
        WorkspaceFact.PointRemoved f => ("point_removed", JsonSerializer.SerializeToUtf8Bytes(f, MementoJson.Default.PointRemoved)),
        _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Unknown fact."),
    };

    /// <summary>Throws <see cref="FormatException"/> for what is no entry of a workspace, or one of a kind or version that this program does not know.</summary>
    public static WorkspaceFact Decode(string kind, short version, ReadOnlySpan<byte> payload) => kind switch
    {
        "documents" => Read(kind, version, payload, MementoJson.Default.DocumentsChanged),
        "point_created" => Read(kind, version, payload, MementoJson.Default.PointCreated),
        "point_changed" => Read(kind, version, payload, MementoJson.Default.PointChanged),
        "compacted" => Read(kind, version, payload, MementoJson.Default.Compacted),
        "point_removed" => Read(kind, version, payload, MementoJson.Default.PointRemoved),
        _ => throw new FormatException($"'{kind}' is not a kind of workspace entry that this program knows."),
    };

    public static byte[] EncodeState(WorkspaceState state) => JsonSerializer.SerializeToUtf8Bytes(state, MementoJson.Default.WorkspaceState);

    /// <inheritdoc cref="Decode"/>
    public static WorkspaceState DecodeState(short version, ReadOnlySpan<byte> payload) => Read("snapshot", version, payload, MementoJson.Default.WorkspaceState);

    private static T Read<T>(string kind, short version, ReadOnlySpan<byte> payload, JsonTypeInfo<T> type) => StoredJson.Read($"A workspace's '{kind}' entry", version, Version, payload, type);
}
