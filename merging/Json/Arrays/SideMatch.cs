namespace Merging.Json.Arrays;

/// <summary>A matching of the elements of a side to the elements of the base. Uncertain elements are not paired.</summary>
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

    /// <summary>Elements of <see cref="Renamed"/> whose partner, and no other element, is the same but for the key.</summary>
    public HashSet<int> CertainlyRenamed { get; } = [];

    /// <summary>
    /// Elements of the base, by index, whose partner is only alike and has another text in some member: perhaps another element.
    /// </summary>
    public HashSet<int> Doubtful { get; } = [];

    /// <summary>Runs of elements that were replaced by runs of others, without a certain pairing of their elements.</summary>
    public List<(IndexRange Base, IndexRange Side)> Replaced { get; } = [];

    /// <summary>Returns the indexes in a range of the base whose elements have no partner.</summary>
    public List<int> UnpairedOfBase(Range range) => Unpaired(OfBase, range);

    /// <summary>Returns the indexes in a range of the side whose elements have no partner.</summary>
    public List<int> UnpairedOfSide(Range range) => Unpaired(OfSide, range);

    public void Pair(int baseIndex, int sideIndex) => (OfBase[baseIndex], OfSide[sideIndex]) = (sideIndex, baseIndex);

    public void Unpair(int baseIndex)
    {
        OfSide[OfBase[baseIndex]] = None;
        OfBase[baseIndex] = None;
    }

    private static List<int> Unpaired(int[] partners, Range range)
    {
        var found = new List<int>();
        for (var i = range.Start.Value; i < range.End.Value; i++)
            if (partners[i] == None) found.Add(i);
        return found;
    }
}
