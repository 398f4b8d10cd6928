namespace Memento.Rollback;

/// <summary>Pieces that occur exactly once on both sides, as many of them as keep their order. They divide a long comparison into short ones.</summary>
internal static class Anchors
{
    /// <param name="l">Positions before that count.</param>
    /// <param name="r">Positions after that count.</param>
    public static List<(int Left, int Right)> Of(List<int> l, int[] left, List<int> r, int[] right)
    {
        var (once, onceRight) = (Once(l, left), Once(r, right));
        var pairs = new List<(int Left, int Right)>();
        foreach (var at in l)
            if (once[left[at]] >= 0 && onceRight.TryGetValue(left[at], out var other) && other >= 0) pairs.Add((at, other));
        return Increasing(pairs);
    }

    /// <summary>Where each piece is, or -1 if it is there more than once.</summary>
    private static Dictionary<int, int> Once(List<int> positions, int[] pieces)
    {
        var once = new Dictionary<int, int>();
        foreach (var at in positions)
            if (!once.TryAdd(pieces[at], at)) once[pieces[at]] = -1;
        return once;
    }

    /// <summary>The longest subsequence whose right positions increase, by the piles of patience sorting.</summary>
    private static List<(int Left, int Right)> Increasing(List<(int Left, int Right)> pairs)
    {
        var tops = new List<int>();   // On top of each pile, the pair with the smallest right position that a subsequence of this length can end with.
        var below = new int[pairs.Count];
        for (var i = 0; i < pairs.Count; i++)
        {
            var (low, high) = (0, tops.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (pairs[tops[middle]].Right < pairs[i].Right) low = middle + 1;
                else high = middle;
            }

            below[i] = low > 0 ? tops[low - 1] : -1;
            if (low == tops.Count) tops.Add(i);
            else tops[low] = i;
        }

        var result = new List<(int Left, int Right)>(tops.Count);
        for (var i = tops.Count > 0 ? tops[^1] : -1; i >= 0; i = below[i]) result.Add(pairs[i]);
        result.Reverse();
        return result;
    }
}
