using System.Text.Json;

namespace Memento.Rollback;

/// <summary>Matches elements that have no ids: equal ones first, then those that are alike and lie in the same gap.</summary>
internal static class ContentMatcher
{
    /// <summary>How many elements further an element looks for one that is like it.</summary>
    private const int Window = 8;

    public static void Match(ReadOnlySpan<JsonElement> x, ReadOnlySpan<JsonElement> y, ArrayMatch match, Func<JsonElement, JsonElement, bool> differentIds)
    {
        var (classesX, classesY, count) = Classify(x, y);
        MatchEqual(classesX, classesY, count, match);

        var (i, j) = (0, 0);
        for (var end = 0; end <= y.Length; end++)
        {
            if (end < y.Length && !match.Stays[end]) continue;
            var last = end < y.Length ? match.OfAfter[end] : x.Length;
            PairAlike(x, y, i..last, j..end, match, differentIds);
            (i, j) = (last + 1, end + 1);
        }
    }

    /// <summary>Numbers the different contents, so that from here on comparing two elements is comparing two integers.</summary>
    private static (int[] X, int[] Y, int Count) Classify(ReadOnlySpan<JsonElement> x, ReadOnlySpan<JsonElement> y)
    {
        var known = new Dictionary<JsonElement, int>(SameBytes.Comparer);
        return (Of(x), Of(y), known.Count);

        int[] Of(ReadOnlySpan<JsonElement> elements)
        {
            var classes = new int[elements.Length];
            for (var i = 0; i < classes.Length; i++)
                if (!known.TryGetValue(elements[i], out classes[i])) known.Add(elements[i], classes[i] = known.Count);
            return classes;
        }
    }

    private static void MatchEqual(int[] x, int[] y, int classes, ArrayMatch match)
    {
        // What the other side has not at all can be no part of a common order, and would only use up the bound on edits.
        var (inX, inY) = (new bool[classes], new bool[classes]);
        foreach (var c in x) inX[c] = true;
        foreach (var c in y) inY[c] = true;
        int[] sharedX = [.. Enumerable.Range(0, x.Length).Where(i => inY[x[i]])], sharedY = [.. Enumerable.Range(0, y.Length).Where(j => inX[y[j]])];

        if (CommonOrder.Longest([.. sharedX.Select(i => x[i])], [.. sharedY.Select(j => y[j])]) is { } common)
        {
            foreach (var (i, j) in common) match.Pair(sharedX[i], sharedY[j], stays: true);
            foreach (var (i, j) in Occurrences(x, y, classes, match)) match.Pair(i, j, stays: false);
        }
        else
        {
            // Too different for the exact search: each first, second … occurrence belongs to its like, and of these pairs the most that are in order stay. Not always the longest, always right.
            CommonOrder.Stay(Occurrences(x, y, classes, match), match);
        }
    }

    /// <summary>Pairs of equal elements that have no partner yet: the first of each content with the first, and so on.</summary>
    private static List<(int, int)> Occurrences(int[] x, int[] y, int classes, ArrayMatch match)
    {
        var (first, next) = (new int[classes], new int[y.Length]);
        Array.Fill(first, -1);
        for (var j = y.Length - 1; j >= 0; j--)
            if (match.OfAfter[j] < 0) (next[j], first[y[j]]) = (first[y[j]], j);

        var pairs = new List<(int, int)>();
        for (var i = 0; i < x.Length; i++)
        {
            if (match.OfBefore[i] >= 0 || first[x[i]] is not (>= 0 and var j)) continue;
            pairs.Add((i, j));
            first[x[i]] = next[j];
        }

        return pairs;
    }

    /// <summary>In a gap between two elements that stay, pairs what is alike, in order. Where that leaves as many before as after, they are taken to have replaced each other one by one.</summary>
    private static void PairAlike(ReadOnlySpan<JsonElement> x, ReadOnlySpan<JsonElement> y, Range gapX, Range gapY, ArrayMatch match, Func<JsonElement, JsonElement, bool> differentIds)
    {
        List<int> before = Unmatched(match.OfBefore, gapX), after = Unmatched(match.OfAfter, gapY);
        var (i0, j0) = (0, 0);
        for (var i = 0; i < before.Count && j0 < after.Count; i++)
            for (var j = j0; j < Math.Min(after.Count, j0 + Window); j++)
            {
                if (!Likeness.AreAlike(x[before[i]], y[after[j]]) || differentIds(x[before[i]], y[after[j]])) continue;
                OneByOne(x, y, i0..i, j0..j);
                match.Pair(before[i], after[j], stays: true);
                (i0, j0) = (i + 1, j + 1);
                break;
            }

        OneByOne(x, y, i0..before.Count, j0..after.Count);

        void OneByOne(ReadOnlySpan<JsonElement> x, ReadOnlySpan<JsonElement> y, Range left, Range right)
        {
            var (start, count) = left.GetOffsetAndLength(before.Count);
            var (other, others) = right.GetOffsetAndLength(after.Count);
            if (count != others) return;
            for (var n = 0; n < count; n++)
                if (!differentIds(x[before[start + n]], y[after[other + n]])) match.Pair(before[start + n], after[other + n], stays: true);
        }
    }

    private static List<int> Unmatched(int[] partners, Range gap)
    {
        var found = new List<int>();
        for (var i = gap.Start.Value; i < gap.End.Value; i++)
            if (partners[i] < 0) found.Add(i);
        return found;
    }
}
