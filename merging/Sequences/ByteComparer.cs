namespace Merging.Sequences;

/// <summary>
/// Compares byte strings by their content. The hash is seeded by the process, so an attacker cannot choose strings that collide.
/// </summary>
internal sealed class ByteComparer : IEqualityComparer<ReadOnlyMemory<byte>>
{
    public static readonly ByteComparer Instance = new();

    public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

    public int GetHashCode(ReadOnlyMemory<byte> bytes)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes.Span);
        return hash.ToHashCode();
    }
}
