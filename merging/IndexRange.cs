namespace Merging;

/// <summary>Elements in a row, as indexes from 0. A <see cref="Length"/> of 0 stands for the gap before <see cref="Start"/>.</summary>
public readonly record struct IndexRange(int Start, int Length)
{
    /// <summary>Index after the last element.</summary>
    public int End => Start + Length;

    public static IndexRange Between(int start, int end) => new(start, end - start);
}
