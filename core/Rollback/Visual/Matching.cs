using System.Runtime.InteropServices;
using DiffPlex;

namespace Memento.Rollback;

/// <summary>What is left of the work that a comparison may take.</summary>
internal sealed class WorkLeft(long steps)
{
    /// <summary>May be below 0: the last piece of work is always finished.</summary>
    public long Steps { get; private set; } = steps;

    /// <summary>Something was compared less finely because it would have taken too long.</summary>
    public bool RanOut { get; set; }

    public void Take(long steps) => Steps -= steps;
}

/// <summary>
/// Which pieces of one sequence stay, and where, in another. The longest common subsequence by Myers' O(ND) algorithm (DiffPlex) while the work allows it.
/// Above that, pieces that are unique on both sides divide the sequences first, as in Cohen's patience diff, and where there are none, both are cut into equally many parts.
/// </summary>
internal sealed class Matching
{
    public const int None = -1;

    /// <summary>Divisions within divisions. Ordinary texts need two or three.</summary>
    private const int MaxDepth = 32;

    private readonly IReadOnlyList<string> before;
    private readonly IReadOnlyList<string> after;
    private readonly int[] left;
    private readonly int[] right;
    private readonly int[] match;
    private readonly WorkLeft work;

    private Matching(IReadOnlyList<string> before, IReadOnlyList<string> after, WorkLeft work)
    {
        (this.before, this.after, this.work) = (before, after, work);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        (left, right, match) = (Numbered(before), Numbered(after), new int[before.Count]);
        Array.Fill(match, None);

        int[] Numbered(IReadOnlyList<string> pieces)
        {
            var result = new int[pieces.Count];
            for (var i = 0; i < result.Length; i++)
            {
                ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, pieces[i], out var known);
                if (!known) number = numbers.Count;
                result[i] = number;
            }

            return result;
        }
    }

    /// <summary>For each piece before, the position of its equal after, or <see cref="None"/>. Positions increase.</summary>
    public static int[] Of(IReadOnlyList<string> before, IReadOnlyList<string> after, WorkLeft work)
    {
        var matching = new Matching(before, after, work);
        matching.Compare(0, before.Count, 0, after.Count, 0);
        Sliding.Down(matching.match, matching.left, matching.right);
        return matching.match;
    }

    private void Compare(int leftStart, int leftEnd, int rightStart, int rightEnd, int depth)
    {
        for (; leftStart < leftEnd && rightStart < rightEnd && left[leftStart] == right[rightStart]; leftStart++, rightStart++) match[leftStart] = rightStart;
        for (; leftStart < leftEnd && rightStart < rightEnd && left[leftEnd - 1] == right[rightEnd - 1]; leftEnd--, rightEnd--) match[leftEnd - 1] = rightEnd - 1;
        if (leftStart == leftEnd || rightStart == rightEnd) return;

        // What only one side has can match nothing. Without it, texts that have little in common are compared quickly.
        var (l, r) = (Kept(left, leftStart, leftEnd, right.AsSpan(rightStart, rightEnd - rightStart)), Kept(right, rightStart, rightEnd, left.AsSpan(leftStart, leftEnd - leftStart)));
        if (l.Count == 0) return;
        if ((long)l.Count * r.Count <= work.Steps)
        {
            CompareFully(l, r);
            return;
        }

        work.Take(l.Count + r.Count);
        var anchors = depth < MaxDepth && work.Steps > 0 ? Anchors.Of(l, left, r, right) : [];
        if (anchors.Count == 0)
        {
            CompareInParts(l, r);
            return;
        }

        foreach (var (x, y) in anchors)
        {
            Compare(leftStart, x, rightStart, y, depth + 1);
            match[x] = y;
            (leftStart, rightStart) = (x + 1, y + 1);
        }

        Compare(leftStart, leftEnd, rightStart, rightEnd, depth + 1);
    }

    private static List<int> Kept(int[] pieces, int start, int end, ReadOnlySpan<int> others)
    {
        var known = new HashSet<int>(others.Length);
        foreach (var other in others) known.Add(other);
        var kept = new List<int>();
        for (var i = start; i < end; i++)
            if (known.Contains(pieces[i])) kept.Add(i);
        return kept;
    }

    /// <summary>What cannot be divided by its pieces: parts of equal shares, small enough together. Or nothing, when no work is left.</summary>
    private void CompareInParts(List<int> l, List<int> r)
    {
        work.RanOut = true;
        if (work.Steps <= 0) return;
        var parts = (long)l.Count * r.Count / work.Steps + 1;
        if (parts > Math.Min(l.Count, r.Count)) return;
        for (long i = 0; i < parts; i++)
            CompareFully(Part(l, i), Part(r, i));

        List<int> Part(List<int> all, long i) => all[(int)(all.Count * i / parts)..(int)(all.Count * (i + 1) / parts)];
    }

    private void CompareFully(List<int> l, List<int> r)
    {
        var found = 0;
        var (i, j) = (0, 0);
        foreach (var block in Differ.Instance.CreateDiffs(Pieces.Before, Pieces.After, ignoreWhiteSpace: false, ignoreCase: false, new Pieces(l, before, r, after)).DiffBlocks)
        {
            MatchUpTo(block.DeleteStartA);
            (i, j) = (block.DeleteStartA + block.DeleteCountA, block.InsertStartB + block.InsertCountB);
        }

        MatchUpTo(l.Count);
        work.Take((long)(l.Count + r.Count) * (l.Count + r.Count - 2 * found + 1));   // N·D

        void MatchUpTo(int end)
        {
            for (; i < end; i++, j++, found++) match[l[i]] = r[j];
        }
    }

    /// <summary>Hands DiffPlex pieces that are cut already, in place of the two texts that it asks for.</summary>
    private sealed class Pieces(List<int> l, IReadOnlyList<string> before, List<int> r, IReadOnlyList<string> after) : IChunker
    {
        public const string Before = "before", After = "after";

        public IReadOnlyList<string> Chunk(string text) => text == Before ? [.. l.Select(at => before[at])] : [.. r.Select(at => after[at])];
    }
}
