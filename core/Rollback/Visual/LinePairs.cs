using System.Runtime.InteropServices;

namespace Memento.Rollback;

/// <summary>Which of some removed lines became which of the lines that were added in their place.</summary>
internal static class LinePairs
{
    /// <summary>Share of two lines that must be equal for one to be a change of the other.</summary>
    public const double LeastAlike = 0.4;

    /// <summary>Work for one block. Where every line would have to be held against every other for more than that, only lines of the same position are.</summary>
    private const int MaxWork = 2_000_000;

    /// <summary>Partner of each removed line among the added ones, or <see cref="Matching.None"/>; they increase. The sum of their likeness is the greatest there is.</summary>
    /// <param name="removed">Pieces of each line.</param>
    /// <param name="leastAlike">0–1.</param>
    public static int[] Of(List<List<string>> removed, List<List<string>> added, double leastAlike, WorkLeft work)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var (left, right) = (removed.ConvertAll(pieces => Bag.Of(pieces, numbers)), added.ConvertAll(pieces => Bag.Of(pieces, numbers)));
        var cost = left.Sum(bag => bag.Pieces.Length + 1L) * right.Count + right.Sum(bag => bag.Pieces.Length + 1L) * left.Count;
        if (cost > Math.Min(MaxWork, work.Steps)) return ByPosition(left, right, leastAlike);
        work.Take(cost);
        return Best(left, right, leastAlike);
    }

    private static int[] ByPosition(List<Bag> left, List<Bag> right, double leastAlike)
    {
        var pairs = new int[left.Count];
        for (var i = 0; i < pairs.Length; i++) pairs[i] = left.Count == right.Count && IsPair(left[i].AlikeTo(right[i]), leastAlike) ? i : Matching.None;
        return pairs;
    }

    private static int[] Best(List<Bag> left, List<Bag> right, double leastAlike)
    {
        // sum[i, j]: the most that the lines from i and from j on can reach.
        var (sum, alike) = (new double[left.Count + 1, right.Count + 1], new double[left.Count, right.Count]);
        for (var i = left.Count - 1; i >= 0; i--)
        {
            for (var j = right.Count - 1; j >= 0; j--)
            {
                alike[i, j] = left[i].AlikeTo(right[j]);
                sum[i, j] = Math.Max(sum[i + 1, j], sum[i, j + 1]);
                if (IsPair(alike[i, j], leastAlike)) sum[i, j] = Math.Max(sum[i, j], sum[i + 1, j + 1] + alike[i, j]);
            }
        }

        var pairs = new int[left.Count];
        Array.Fill(pairs, Matching.None);
        for (var (i, j) = (0, 0); i < left.Count && j < right.Count;)
        {
            if (IsPair(alike[i, j], leastAlike) && sum[i, j] == sum[i + 1, j + 1] + alike[i, j]) pairs[i++] = j++;
            else if (sum[i, j] == sum[i + 1, j]) i++;
            else j++;
        }

        return pairs;
    }

    private static bool IsPair(double alike, double least) => alike > 0 && alike >= least;

    /// <summary>The pieces of a line without their order, which is cheap to compare. White space does not count, so that an indented line stays the same line.</summary>
    private readonly record struct Bag(long[] Pieces, int Length)
    {
        public static Bag Of(List<string> pieces, Dictionary<string, int> numbers)
        {
            var (bag, length) = (new List<long>(pieces.Count), 0);
            foreach (var piece in pieces)
            {
                if (Tokens.IsSpace(piece)) continue;
                ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, piece, out var known);
                if (!known) number = numbers.Count;
                bag.Add((long)number << 32 | (uint)piece.Length);   // Plain numbers are sorted many times faster than pairs.
                length += piece.Length;
            }

            bag.Sort();
            return new([.. bag], length);
        }

        /// <summary>Dice's coefficient, 0–1: twice what both have, by what each has, in UTF-16 code units.</summary>
        public double AlikeTo(Bag other)
        {
            var common = 0;
            for (var (i, j) = (0, 0); i < Pieces.Length && j < other.Pieces.Length;)
            {
                var order = Pieces[i].CompareTo(other.Pieces[j]);
                if (order == 0) common += (int)Pieces[i];
                if (order <= 0) i++;
                if (order >= 0) j++;
            }

            return common == 0 ? 0 : 2.0 * common / (Length + other.Length);
        }
    }
}
