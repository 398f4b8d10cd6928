using System.Runtime.InteropServices;

namespace Merging.Sequences;

/// <summary>Gives equal byte strings the same number, counting from 0.</summary>
/// <param name="capacity">About how many different ones there will be.</param>
internal sealed class Interner(int capacity)
{
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _numbers = new(capacity, new ByBytes());

    /// <summary>How many different ones there were.</summary>
    public int Count => _numbers.Count;

    public int NumberOf(ReadOnlyMemory<byte> bytes)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, bytes, out var known);
        if (!known) number = _numbers.Count - 1;
        return number;
    }

    private sealed class ByBytes : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> bytes)
        {
            var hash = new HashCode();   // seeded by the process, so nobody can choose lines that collide
            hash.AddBytes(bytes.Span);
            return hash.ToHashCode();
        }
    }
}
