using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>
/// Finds the pairs of equal elements that are in every longest common subsequence of two sequences, not only in one of them.
/// </summary>
internal static class CertainPairs
{
    /// <summary>Cells of the largest table that is filled. Larger sequences are compared from both ends instead.</summary>
    private const int MaxCells = 250_000;

    /// <summary>Returns the pairs of indexes, in order.</summary>
    /// <param name="distinct">The number of distinct elements, which are numbers from 0.</param>
    public static List<(int X, int Y)> Of(int[] x, int[] y, int distinct, WorkBudget budget)
    {
        var cells = (long)(x.Length + 1) * (y.Length + 1);
        if (cells > MaxCells) return FromBothEnds(x, y, distinct, budget);
        budget.Spend(3 * cells);   // two tables and a comparison
        return budget.IsSpent ? [] : ByTable(x, y);
    }

    private static List<(int X, int Y)> ByTable(int[] x, int[] y)
    {
        // before[i, j] is the length of the longest common subsequence of the first i and j elements, after[i, j] that of the others.
        var (before, after) = (new int[x.Length + 1, y.Length + 1], new int[x.Length + 1, y.Length + 1]);
        for (var i = 1; i <= x.Length; i++)
            for (var j = 1; j <= y.Length; j++)
                before[i, j] = x[i - 1] == y[j - 1] ? before[i - 1, j - 1] + 1 : Math.Max(before[i - 1, j], before[i, j - 1]);
        for (var i = x.Length - 1; i >= 0; i--)
            for (var j = y.Length - 1; j >= 0; j--)
                after[i, j] = x[i] == y[j] ? after[i + 1, j + 1] + 1 : Math.Max(after[i + 1, j], after[i, j + 1]);

        // Each pair has a rank in a longest common subsequence. A pair that alone can have its rank is in all of them.
        var longest = after[0, 0];
        var (pairs, counts) = (new (int X, int Y)[longest], new int[longest]);
        for (var i = 0; i < x.Length; i++)
            for (var j = 0; j < y.Length; j++)
            {
                if (x[i] != y[j] || before[i, j] + 1 + after[i + 1, j + 1] != longest) continue;
                var rank = before[i, j];
                pairs[rank] = (i, j);
                counts[rank]++;
            }

        return [.. Enumerable.Range(0, longest).Where(rank => counts[rank] == 1).Select(rank => pairs[rank])];
    }

    /// <summary>Returns the pairs that a comparison from the front and a comparison from the back have in common.</summary>
    private static List<(int X, int Y)> FromBothEnds(int[] x, int[] y, int distinct, WorkBudget budget)
    {
        var forward = Pairs(x, y, distinct, budget);
        int[] reversedX = [.. x.Reverse()], reversedY = [.. y.Reverse()];
        var backward = Pairs(reversedX, reversedY, distinct, budget)
            .Select(pair => (x.Length - 1 - pair.X, y.Length - 1 - pair.Y)).ToHashSet();
        return [.. forward.Where(backward.Contains)];
    }

    private static List<(int X, int Y)> Pairs(int[] x, int[] y, int distinct, WorkBudget budget)
    {
        var pairs = new List<(int, int)>();
        var (i, j) = (0, 0);
        foreach (var edit in new SequenceDiff(distinct, DiffAlgorithm.Myers, budget).Compare(x, y))
        {
            while (i < edit.OldStart) pairs.Add((i++, j++));
            (i, j) = (edit.OldEnd, edit.NewEnd);
        }

        while (i < x.Length) pairs.Add((i++, j++));
        return pairs;
    }
}
