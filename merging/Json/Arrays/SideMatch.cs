namespace Merging.Json.Arrays;

/// <summary>How the elements of one side of a merge belong to those of the base. Whatever is uncertain is not paired.</summary>
internal sealed class SideMatch
{
    public const int None = -1;

    public SideMatch(int baseCount, int sideCount)
    {
        (OfBase, OfSide) = (new int[baseCount], new int[sideCount]);
        Array.Fill(OfBase, None);
        Array.Fill(OfSide, None);
    }

    /// <summary>By index in the base: the index in the side, or <see cref="None"/>.</summary>
    public int[] OfBase { get; }

    /// <summary>By index in the side: the index in the base, or <see cref="None"/>.</summary>
    public int[] OfSide { get; }

    /// <summary>Elements of the base, by index, whose partner is the same element under another key.</summary>
    public HashSet<int> Renamed { get; } = [];

    /// <summary>Elements in a row that were replaced by others in a row, without a certain answer to which became which.</summary>
    public List<(Stretch Base, Stretch Side)> Replaced { get; } = [];

    public void Pair(int baseIndex, int sideIndex) => (OfBase[baseIndex], OfSide[sideIndex]) = (sideIndex, baseIndex);

    public void Part(int baseIndex)
    {
        OfSide[OfBase[baseIndex]] = None;
        OfBase[baseIndex] = None;
    }
}
