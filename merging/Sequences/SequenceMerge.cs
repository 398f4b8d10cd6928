namespace Merging.Sequences;

/// <summary>
/// Three-way merge of sequences (diff3, see S. Khanna, K. Kunal and B. C. Pierce, "A Formal Investigation of Diff3", 2007) with the rules
/// of git: changes that overlap or touch conflict, equal changes do not, and conflicts are then cut down to their differences.
/// </summary>
internal static class SequenceMerge
{
    /// <summary>Merges three sequences. The returned parts are in order and cover each sequence without a gap.</summary>
    /// <param name="distinct">The number of distinct elements, which are numbers from 0. Equal numbers are equal elements.</param>
    /// <param name="isPlain">
    /// Whether an element of ours, by index, is one that never keeps conflicts apart; null: every element can.
    /// </param>
    public static List<MergeRegion> Merge(
        int[] @base, int[] ours, int[] theirs, int distinct, DiffAlgorithm algorithm, WorkBudget? budget = null,
        Func<int, bool>? isPlain = null)
    {
        var diff = new SequenceDiff(distinct, algorithm, budget);
        var ourEdits = diff.Compare(@base, ours);
        var theirEdits = diff.Compare(@base, theirs);
        var changes = Combine(ourEdits, theirEdits, @base, ours, theirs);
        var refined = new ConflictRefinement(diff, ourEdits, ours, theirs, isPlain).Refine(changes);
        return FillGaps(refined, @base.Length, ours.Length, theirs.Length);
    }

    private static List<MergeRegion> Combine(List<Edit> ourEdits, List<Edit> theirEdits, int[] @base, int[] ours, int[] theirs)
    {
        var regions = new List<MergeRegion>();
        var (x, y) = (0, 0);
        while (x < ourEdits.Count || y < theirEdits.Count)
        {
            // An edit past the end stands for "no more edits": no other edit reaches or touches it.
            var a = x < ourEdits.Count ? ourEdits[x] : new(@base.Length + 1, 0, ours.Length + 1, 0);
            var b = y < theirEdits.Count ? theirEdits[y] : new(@base.Length + 1, 0, theirs.Length + 1, 0);
            if (a.OldEnd < b.OldStart)
            {
                var inTheirs = new IndexRange(a.OldStart + b.NewStart - b.OldStart, a.OldLength);
                Append(regions, new(MergePart.Ours, new(a.OldStart, a.OldLength), new(a.NewStart, a.NewLength), inTheirs));
                x++;
                continue;
            }

            if (b.OldEnd < a.OldStart)
            {
                var inOurs = new IndexRange(b.OldStart + a.NewStart - a.OldStart, b.OldLength);
                Append(regions, new(MergePart.Theirs, new(b.OldStart, b.OldLength), inOurs, new(b.NewStart, b.NewLength)));
                y++;
                continue;
            }

            if (!IsSame(a, b, ours, theirs)) Append(regions, Overlap(a, b));
            var (ourEnd, theirEnd) = (a.OldEnd, b.OldEnd);
            if (ourEnd >= theirEnd) y++;
            if (theirEnd >= ourEnd) x++;
        }

        return regions;
    }

    private static bool IsSame(Edit a, Edit b, int[] ours, int[] theirs) =>
        a.OldStart == b.OldStart && a.OldLength == b.OldLength
        && ours.AsSpan(a.NewStart, a.NewLength).SequenceEqual(theirs.AsSpan(b.NewStart, b.NewLength));

    /// <summary>
    /// Returns the part that two edits span together. A side that its edit does not cover there has the elements of the base.
    /// </summary>
    private static MergeRegion Overlap(Edit a, Edit b)
    {
        var start = Math.Min(a.OldStart, b.OldStart);
        var end = Math.Max(a.OldEnd, b.OldEnd);
        return new(MergePart.Conflict, IndexRange.Between(start, end),
            IndexRange.Between(a.NewStart - (a.OldStart - start), a.NewEnd + (end - a.OldEnd)),
            IndexRange.Between(b.NewStart - (b.OldStart - start), b.NewEnd + (end - b.OldEnd)));
    }

    /// <summary>Adds a part, or widens the last one if the two touch on either side.</summary>
    private static void Append(List<MergeRegion> regions, MergeRegion next)
    {
        if (regions.Count > 0 && regions[^1] is var last && (next.Ours.Start <= last.Ours.End || next.Theirs.Start <= last.Theirs.End))
            regions[^1] = ConflictRefinement.Join(last, next, next.Part == last.Part ? last.Part : MergePart.Conflict);
        else regions.Add(next);
    }

    private static List<MergeRegion> FillGaps(List<MergeRegion> changes, int baseLength, int ourLength, int theirLength)
    {
        var all = new List<MergeRegion>(changes.Count * 2 + 1);
        var (b, o, t) = (0, 0, 0);
        foreach (var change in changes)
        {
            if (change.Part is MergePart.Common) continue;   // the gap takes it in
            AddGap(change.Base.Start, change.Ours.Start, change.Theirs.Start);
            all.Add(change);
            (b, o, t) = (change.Base.End, change.Ours.End, change.Theirs.End);
        }

        AddGap(baseLength, ourLength, theirLength);
        return all;

        void AddGap(int baseEnd, int ourEnd, int theirEnd)
        {
            if (baseEnd == b && ourEnd == o) return;
            all.Add(new(MergePart.Common, IndexRange.Between(b, baseEnd), IndexRange.Between(o, ourEnd), IndexRange.Between(t, theirEnd)));
        }
    }
}
