namespace Merging.Json.Arrays;

/// <summary>Finds elements that kept their order.</summary>
internal static class CommonOrder
{
    /// <summary>
    /// Marks the longest increasing subsequence, found by patience sorting (M. L. Fredman, "On computing the length of longest increasing
    /// subsequences", 1975) in O(n log n) steps.
    /// </summary>
    public static bool[] Increasing(IReadOnlyList<int> numbers)
    {
        var (previous, ends, stays) = (new int[numbers.Count], new List<int>(), new bool[numbers.Count]);
        for (var i = 0; i < numbers.Count; i++)
        {
            var (low, high) = (0, ends.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (numbers[ends[middle]] < numbers[i]) low = middle + 1;
                else high = middle;
            }

            previous[i] = low == 0 ? -1 : ends[low - 1];
            if (low == ends.Count) ends.Add(i);
            else ends[low] = i;
        }

        for (var i = ends.Count == 0 ? -1 : ends[^1]; i >= 0; i = previous[i]) stays[i] = true;
        return stays;
    }

    /// <summary>Returns the gaps, in base and side, between the pairs of a match that keep their order.</summary>
    public static IEnumerable<(Range Base, Range Side)> Gaps(SideMatch match)
    {
        var pairs = Enumerable.Range(0, match.OfBase.Length).Where(b => match.OfBase[b] != SideMatch.None).ToList();
        var stays = Increasing([.. pairs.Select(b => match.OfBase[b])]);
        var (b0, s0) = (0, 0);
        for (var i = 0; i < pairs.Count; i++)
        {
            if (!stays[i]) continue;
            var (b, s) = (pairs[i], match.OfBase[pairs[i]]);
            if (b > b0 && s > s0) yield return (b0..b, s0..s);
            (b0, s0) = (b + 1, s + 1);
        }

        if (match.OfBase.Length > b0 && match.OfSide.Length > s0) yield return (b0..match.OfBase.Length, s0..match.OfSide.Length);
    }
}
