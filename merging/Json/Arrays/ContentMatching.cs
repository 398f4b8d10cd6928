namespace Merging.Json.Arrays;

/// <summary>
/// Matches elements that have no keys. Elements whose content is unique in both versions are paired wherever they stand. In the gaps
/// between such pairs, equal elements are paired where only one pairing is possible, then elements that are clearly similar.
/// </summary>
/// <param name="baseClasses">The number of each element's content; equal numbers are equal contents.</param>
internal sealed class ContentMatching(List<JsonPart> @base, List<JsonPart> side, int[] baseClasses, int[] sideClasses, MatchingWork work)
{
    private readonly SideMatch _match = new(@base.Count, side.Count);

    public SideMatch Match()
    {
        PairUnique();
        PairOnlyOnes();
        var gaps = CommonOrder.Gaps(_match).ToList();
        foreach (var (inBase, inSide) in gaps) MatchGap(_match.UnpairedOfBase(inBase), _match.UnpairedOfSide(inSide));
        return _match;
    }

    private void PairUnique()
    {
        var (first, second) = (Indexes(baseClasses), Indexes(sideClasses));
        for (var c = 0; c < work.ClassCount; c++)
            if (first[c] is >= 0 and var b && second[c] is >= 0 and var s) _match.Pair(b, s);
        if (!@base.Exists(HasNoIdentity)) return;

        // A number, a boolean or null that stands elsewhere is a different one, not the same one moved.
        var pairs = Enumerable.Range(0, @base.Count).Where(b => _match.OfBase[b] != SideMatch.None).ToList();
        var stays = CommonOrder.Increasing([.. pairs.Select(b => _match.OfBase[b])]);
        for (var i = 0; i < pairs.Count; i++)
            if (!stays[i] && HasNoIdentity(@base[pairs[i]])) _match.Unpair(pairs[i]);
    }

    /// <summary>
    /// Pairs the only object, or the only array, of a list whose other elements are unchanged. Such a list is a tuple, like a name and its
    /// options.
    /// </summary>
    private void PairOnlyOnes()
    {
        foreach (var type in new[] { "object", "array" })
        {
            var (b, s) = (OnlyOne(@base, type), OnlyOne(side, type));
            if (b == SideMatch.None || s == SideMatch.None || @base.Count < 2 || side.Count != @base.Count || b != s) continue;
            if (_match.OfBase[b] == SideMatch.None && _match.OfSide[s] == SideMatch.None && KeepsAllBut(b)) _match.Pair(b, s);
        }
    }

    private bool KeepsAllBut(int index)
    {
        for (var i = 0; i < @base.Count; i++)
            if (i != index && baseClasses[i] != sideClasses[i]) return false;
        return true;
    }

    private static int OnlyOne(List<JsonPart> elements, string type)
    {
        var found = elements.FindIndex(element => element.Type == type);
        return found >= 0 && elements.FindLastIndex(element => element.Type == type) == found ? found : SideMatch.None;
    }

    private static bool HasNoIdentity(JsonPart element) => element is { IsScalar: true, IsString: false };

    /// <summary>Returns, by class, the index of its only element; −1 for none, −2 for several.</summary>
    private int[] Indexes(int[] classes)
    {
        var indexes = new int[work.ClassCount];
        Array.Fill(indexes, -1);
        for (var i = 0; i < classes.Length; i++) indexes[classes[i]] = indexes[classes[i]] == -1 ? i : -2;
        return indexes;
    }

    /// <summary>Pairs equal elements where only one pairing is possible, then matches the gaps between these pairs.</summary>
    private void MatchGap(List<int> gone, List<int> came)
    {
        if (gone.Count == 0 || came.Count == 0) return;
        int[] x = [.. gone.Select(b => baseClasses[b])], y = [.. came.Select(s => sideClasses[s])];
        var (i, j) = (0, 0);
        foreach (var (nextX, nextY) in CertainPairs.Of(x, y, work.ClassCount, work.Budget))
        {
            MatchAlike(gone[i..nextX], came[j..nextY]);
            _match.Pair(gone[nextX], came[nextY]);
            (i, j) = (nextX + 1, nextY + 1);
        }

        MatchAlike(gone[i..], came[j..]);
    }

    /// <summary>
    /// Pairs similar elements without rivals, in order, then matches the gaps between these pairs. Without any pair, the elements were
    /// replaced.
    /// </summary>
    private void MatchAlike(List<int> gone, List<int> came)
    {
        if (gone.Count == 0 || came.Count == 0) return;
        var pairs = AlikePairs.Of([.. gone.Select(b => @base[b])], [.. came.Select(s => side[s])], work);
        if (pairs.Count == 0)
        {
            Replace(gone, came);
            return;
        }

        var (i, j) = (0, 0);
        foreach (var (nextX, nextY) in pairs)
        {
            MatchGap(gone[i..nextX], came[j..nextY]);
            _match.Pair(gone[nextX], came[nextY]);
            if (AlikePairs.IsDoubtful(@base[gone[nextX]], side[came[nextY]], work)) _match.Doubtful.Add(gone[nextX]);
            (i, j) = (nextX + 1, nextY + 1);
        }

        MatchGap(gone[i..], came[j..]);
    }

    /// <summary>Records that some elements were replaced, together with elements that moved into or out of the replaced run.</summary>
    private void Replace(List<int> gone, List<int> came)
    {
        for (var b = gone[0]; b <= gone[^1]; b++)
            if (_match.OfBase[b] != SideMatch.None) _match.Unpair(b);
        for (var s = came[0]; s <= came[^1]; s++)
            if (_match.OfSide[s] is not SideMatch.None and var b) _match.Unpair(b);
        _match.Replaced.Add((IndexRange.Between(gone[0], gone[^1] + 1), IndexRange.Between(came[0], came[^1] + 1)));
    }
}
