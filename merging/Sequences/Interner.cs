using System.Runtime.InteropServices;

namespace Merging.Sequences;

/// <summary>Gives equal byte strings the same number, counting from 0.</summary>
/// <param name="capacity">Estimated number of different byte strings.</param>
internal sealed class Interner(int capacity)
{
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _numbers = new(capacity, ByteComparer.Instance);

    /// <summary>The number of different byte strings so far.</summary>
    public int Count => _numbers.Count;

    public int NumberOf(ReadOnlyMemory<byte> bytes)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, bytes, out var known);
        if (!known) number = _numbers.Count - 1;
        return number;
    }
}
