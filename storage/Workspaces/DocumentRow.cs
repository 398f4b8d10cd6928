using System.Data.Common;
using Memento.Storage;

namespace Memento.Workspaces;

/// <summary>How versions and values are read from rows.</summary>
internal static class DocumentRow
{
    /// <summary>The columns of a version; seven.</summary>
    public const string Columns = "v.kind, v.id, v.seq, v.previous, v.hash, v.content_type, v.length";

    /// <summary>The columns of its value, behind the others, and the table that large ones come from.</summary>
    public const string Values = "v.value, b.encoding, b.content";
    public const string Blobs = "LEFT JOIN blob b ON v.value IS NULL AND b.hash = v.hash";

    private const int ValueColumn = 7;

    public static DocumentVersion Read(DbDataReader reader) => new()
    {
        Key = new((DocumentKind)reader.GetInt64(0), reader.GetString(1)),
        Seq = reader.GetInt64(2),
        PreviousSeq = reader.GetInt64(3),
        Hash = reader.IsDBNull(4) ? null : ReadHash(reader),
        ContentType = reader.TextOrNull(5),
        Length = reader.GetInt64(6),
    };

    /// <summary>The value of a version. Throws <c>SNAPSHOT_CORRUPTED</c> unless it is what was stored.</summary>
    public static DocumentValue ReadValue(DbDataReader reader, DocumentVersion version)
    {
        var content = reader.IsDBNull(ValueColumn) ? ReadBlob(reader, version) : reader.GetFieldValue<byte[]>(ValueColumn);
        var value = DocumentValue.Of(content, version.ContentType);
        return value.Hash == version.Hash && content.Length == version.Length ? value : throw Corrupted(version, "is not what was stored");
    }

    private static byte[] ReadBlob(DbDataReader reader, DocumentVersion version)
    {
        if (reader.IsDBNull(ValueColumn + 2)) throw Corrupted(version, "is missing");
        if (version.Length is < 0 or > int.MaxValue) throw Corrupted(version, "is not what was stored");
        try
        {
            return BlobEncoding.Decode(reader.GetInt64(ValueColumn + 1), version.Length, reader.GetFieldValue<byte[]>(ValueColumn + 2));
        }
        catch (MementoException)
        {
            throw Corrupted(version, "is not what was stored");
        }
    }

    private static ContentHash ReadHash(DbDataReader reader) => reader.GetFieldValue<byte[]>(4) is { Length: ContentHash.Size } hash
        ? ContentHash.FromBytes(hash)
        : throw new MementoException(Refusal.Of(RefusalKind.Damaged, Codes.SnapshotCorrupted, $"The row of {reader.GetString(1)} at seq {reader.GetInt64(2)} is damaged. It is not used; restore it from a backup."));

    private static MementoException Corrupted(DocumentVersion version, string problem) => new(Refusal.Of(RefusalKind.Damaged, Codes.SnapshotCorrupted,
        $"The value of {version.Key} at seq {version.Seq} {problem}. It is not used, and nothing is restored from it; restore it from a backup."));
}
