namespace Memento.Rollback;

/// <summary>What a document holds.</summary>
public sealed record DocumentValue
{
    /// <summary>The bytes; canonical JSON if <see cref="IsJson"/>.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Whether this is JSON; otherwise it is text or binary, which the bytes tell.</summary>
    public bool IsJson { get; init; }

    /// <summary>Media type, as whoever wrote it said; null if nobody did.</summary>
    public string? ContentType { get; init; }

    /// <summary>Whether both have the same bytes, type of value and media type.</summary>
    public bool Equals(DocumentValue? other) => other is not null && IsJson == other.IsJson && ContentType == other.ContentType && Content.Span.SequenceEqual(other.Content.Span);

    public override int GetHashCode() => HashCode.Combine(Content.Length, IsJson, ContentType);
}
