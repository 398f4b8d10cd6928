namespace Memento.Workspaces;

/// <summary>Cuts what is to be read into parts whose values are in memory together.</summary>
internal static class ValueChunks
{
    private const int MaxCount = 500;
    private const long MaxBytes = 16 << 20;

    /// <summary>Parts of at most 500 things and about 16 MiB of values; a larger value is alone.</summary>
    /// <param name="things">What is to be read, in order.</param>
    /// <param name="bytes">Bytes of the values of one.</param>
    public static IEnumerable<List<T>> InChunks<T>(this IEnumerable<T> things, Func<T, long> bytes)
    {
        var (chunk, sum) = (new List<T>(), 0L);
        foreach (var thing in things)
        {
            var size = bytes(thing);
            if (chunk.Count == MaxCount || (chunk.Count > 0 && sum + size > MaxBytes))
            {
                yield return chunk;
                (chunk, sum) = ([], 0);
            }

            chunk.Add(thing);
            sum += size;
        }

        if (chunk.Count > 0) yield return chunk;
    }
}
