using System.Runtime.InteropServices;

namespace Memento.Rollback;

/// <summary>Which elements kept their order.</summary>
internal static class CommonOrder
{
    /// <summary>Most edits that the exact search follows. Its memory grows with the square of this, to 130 KiB in all.</summary>
    private const int MaxEdits = 256;

    /// <summary>Most elements that the exact search looks at, counted each time; a tenth of a second at worst.</summary>
    private const int MaxSteps = 20_000_000;

    /// <summary>
    /// Enters pairs that are sorted by their place before: the most that can be in the same order after as well stay, the others move.
    /// The longest increasing subsequence, by patience sorting (Fredman 1975): n log n.
    /// </summary>
    public static void Stay(List<(int Before, int After)> pairs, ArrayMatch match)
    {
        var previous = new int[pairs.Count];
        var ends = new List<int>();   // of the best sequence of each length, the pair that it ends with
        for (var i = 0; i < pairs.Count; i++)
        {
            match.Pair(pairs[i].Before, pairs[i].After, stays: false);
            var (low, high) = (0, ends.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (pairs[ends[middle]].After < pairs[i].After) low = middle + 1;
                else high = middle;
            }

            previous[i] = low == 0 ? -1 : ends[low - 1];
            if (low == ends.Count) ends.Add(i);
            else ends[low] = i;
        }

        for (var i = ends.Count == 0 ? -1 : ends[^1]; i >= 0; i = previous[i]) match.Stays[pairs[i].After] = true;
    }

    /// <summary>
    /// The longest common subsequence of two sequences of content classes, as pairs of indexes in order; null if it needs more edits or steps than the bounds allow.
    /// The greedy algorithm of E. Myers, "An O(ND) difference algorithm and its variations" (1986).
    /// </summary>
    public static List<(int Before, int After)>? Longest(ReadOnlySpan<int> x, ReadOnlySpan<int> y)
    {
        // trace[d] holds, for the diagonals -d, -d+2 … d, how far one gets along x with d edits. Diagonal k is where (index in x) - (index in y) = k.
        var trace = new List<int[]>();
        var steps = 0;
        for (var d = 0; d <= Math.Min(MaxEdits, x.Length + y.Length); d++)
        {
            var reach = new int[d + 1];
            trace.Add(reach);
            for (var k = -d; k <= d; k += 2)
            {
                var i = d == 0 ? 0 : Start(trace[d - 1], d, k);
                var from = i;
                while (i < x.Length && i - k < y.Length && i - k >= 0 && x[i] == y[i - k]) i++;
                reach[(k + d) / 2] = i;
                if (i == x.Length && i - k == y.Length) return Path(trace, x.Length, y.Length);
                if ((steps += i - from + 1) > MaxSteps) return null;
            }
        }

        return null;
    }

    /// <summary>Where the d-th edit leads on a diagonal: a deletion comes from the left, an insertion from above; the one that is further along wins.</summary>
    private static int Start(int[] before, int d, int k)
    {
        var below = (k - 1 + d - 1) / 2;   // place of diagonal k-1; the one of k+1 is the next
        return IsDeletion(before, d, k) ? before[below] + 1 : before[below + 1];
    }

    private static bool IsDeletion(int[] before, int d, int k)
    {
        if (k == -d) return false;
        if (k == d) return true;
        var below = (k - 1 + d - 1) / 2;
        return before[below] >= before[below + 1];
    }

    private static List<(int Before, int After)> Path(List<int[]> trace, int i, int j)
    {
        var pairs = new List<(int, int)>();
        for (var d = trace.Count - 1; d >= 0; d--)
        {
            var k = i - j;
            var start = d == 0 ? 0 : Start(trace[d - 1], d, k);
            while (i > start) pairs.Add((--i, --j));
            if (d == 0) break;
            if (IsDeletion(trace[d - 1], d, k)) i--;
            else j--;
        }

        CollectionsMarshal.AsSpan(pairs).Reverse();
        return pairs;
    }
}
