using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Workspaces;

/// <summary>What a document is about. Only <see cref="File"/> may be something else than JSON.</summary>
[JsonConverter(typeof(NamedEnumConverter<DocumentKind>))]
public enum DocumentKind
{
    Entity = 0,
    Relationship,
    File,
    Configuration,
    [JsonStringEnumMemberName("session_state")] SessionState,
    Metadata,
}

/// <summary>The name of a document: its kind, and an id that is unique in this kind and may contain slashes.</summary>
[GenerateSerializer, Immutable, Alias("memento.DocumentKey")]
public readonly record struct DocumentKey([property: Id(0)] DocumentKind Kind, [property: Id(1)] string Id) : IComparable<DocumentKey>
{
    /// <summary>By kind, then by id byte by byte, as the stores order them.</summary>
    public int CompareTo(DocumentKey other) => Kind != other.Kind ? Kind.CompareTo(other.Kind) : Utf8Order.Compare(Id, other.Id);

    public override string ToString() => $"{NamedEnumConverter<DocumentKind>.NameOf(Kind)}/{Id}";

    /// <summary>Reads <c>kind/id</c>. Throws <c>VALIDATION_FAILED</c> with the field if it is something else.</summary>
    public static DocumentKey Parse(string name, string field)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && NamedEnumConverter<DocumentKind>.TryParse(name[..slash], out var kind)) return new(kind, DocumentNames.Check(field, name[(slash + 1)..]));
        throw new MementoException(Refusal.Invalid(field, $"is {Quoted.Text(name)}; must be a kind and an id, e.g. entity/parse"));
    }

    public static bool operator <(DocumentKey left, DocumentKey right) => left.CompareTo(right) < 0;

    public static bool operator >(DocumentKey left, DocumentKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(DocumentKey left, DocumentKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(DocumentKey left, DocumentKey right) => left.CompareTo(right) >= 0;
}

/// <summary>What a document holds. Made by <see cref="Json"/> or <see cref="Bytes"/>.</summary>
[GenerateSerializer, Immutable, Alias("memento.DocumentValue")]
public sealed record DocumentValue
{
    /// <summary>Media type of bytes that came without one.</summary>
    public const string UnknownType = "application/octet-stream";

    private const int MaxTypeLength = 256;

    /// <summary>JSON in its canonical form, or any bytes.</summary>
    [Id(0)] public required byte[] Content { get; init; }

    /// <summary>Media type of bytes; null for JSON.</summary>
    [Id(1)] public string? ContentType { get; init; }

    /// <summary>SHA-256 of the content.</summary>
    [Id(2)] public required ContentHash Hash { get; init; }

    public bool IsJson => ContentType is null;

    /// <summary>Whether both have the same bytes and media type.</summary>
    public bool Equals(DocumentValue? other) => other is not null && Hash == other.Hash && ContentType == other.ContentType;

    public override int GetHashCode() => HashCode.Combine(Hash, ContentType);

    /// <summary>A JSON value. Throws <see cref="MementoException"/>, naming the field, for what is not JSON or cannot be kept.</summary>
    public static DocumentValue Json(ReadOnlySpan<byte> json, string field = "value") => Of(CanonicalJson.Of(json, field), null);

    /// <summary>Any bytes. Throws <see cref="MementoException"/> for a media type that is none.</summary>
    public static DocumentValue Bytes(byte[] content, string? contentType) => string.IsNullOrEmpty(contentType) ? Of(content, UnknownType)
        : contentType.Length <= MaxTypeLength && !contentType.AsSpan().ContainsAnyExceptInRange(' ', '~') && !contentType.StartsWith(' ') && contentType.Contains('/', StringComparison.Ordinal) ? Of(content, contentType)
        : throw new MementoException(Refusal.Invalid("contentType", $"is {Quoted.Text(contentType)}; must be a media type of at most {MaxTypeLength} characters of ASCII, e.g. text/plain"));

    /// <summary>A value as it was stored: its content is not looked at.</summary>
    public static DocumentValue Of(byte[] content, string? contentType) => new() { Content = content, ContentType = contentType, Hash = ContentHash.Of(content) };
}

/// <summary>One version of a document, without its value.</summary>
[GenerateSerializer, Immutable, Alias("memento.DocumentVersion")]
public sealed record DocumentVersion
{
    [Id(0)] public required DocumentKey Key { get; init; }

    /// <summary>Number of the change that made it. The documents that one batch changed share it.</summary>
    [Id(1)] public required long Seq { get; init; }

    /// <summary>Null if this change deleted the document.</summary>
    [Id(2)] public ContentHash? Hash { get; init; }

    /// <summary>Media type of bytes; null for JSON.</summary>
    [Id(3)] public string? ContentType { get; init; }

    /// <summary>Bytes of the value.</summary>
    [Id(4)] public long Length { get; init; }

    /// <summary>Seq of the version before it, deleted or not; 0 if it is the first.</summary>
    [Id(5)] public long PreviousSeq { get; init; }

    public bool IsDeleted => Hash is null;

    /// <summary>Whether the document was the same then: absent in both, or equal bytes of the same type.</summary>
    public bool IsSameAs(DocumentVersion? other) => Hash == other?.Hash && (IsDeleted || ContentType == other!.ContentType);
}
