namespace Merging.Json.Arrays;

/// <summary>Finds runs of elements that one side replaced, with the elements that the other side has there.</summary>
internal static class ReplacedRuns
{
    /// <summary>Returns the runs in all three versions; null if elements of a run stand in several places of a side.</summary>
    public static List<(IndexRange Base, IndexRange Ours, IndexRange Theirs)>? Of(SideMatch ours, SideMatch theirs)
    {
        var runs = new List<(IndexRange Base, IndexRange Ours, IndexRange Theirs)>();
        foreach (var some in Union(ours.Replaced.Concat(theirs.Replaced).Select(replaced => replaced.Base)))
        {
            if (InSide(some, ours) is not { } inOurs || InSide(some, theirs) is not { } inTheirs) return null;
            runs.Add((some, inOurs, inTheirs));
        }

        return Overlap(runs.Select(run => run.Ours)) || Overlap(runs.Select(run => run.Theirs)) ? null : runs;
    }

    private static bool Overlap(IEnumerable<IndexRange> ranges)
    {
        var end = 0;
        foreach (var range in ranges.Where(some => some.Length > 0).OrderBy(some => some.Start))
        {
            if (range.Start < end) return true;
            end = range.End;
        }

        return false;
    }

    /// <summary>Joins runs of the base that overlap or touch.</summary>
    private static List<IndexRange> Union(IEnumerable<IndexRange> runs)
    {
        var joined = new List<IndexRange>();
        foreach (var run in runs.OrderBy(run => run.Start))
        {
            if (joined.Count > 0 && run.Start <= joined[^1].End)
                joined[^1] = IndexRange.Between(joined[^1].Start, Math.Max(joined[^1].End, run.End));
            else joined.Add(run);
        }

        return joined;
    }

    /// <summary>
    /// Returns the elements of a side that stand for a run of the base. Added elements beside the run belong to it, because replaced
    /// elements do not show where they belong. Null if other elements stand between them.
    /// </summary>
    private static IndexRange? InSide(IndexRange run, SideMatch side)
    {
        var (from, to) = (int.MaxValue, -1);
        for (var b = run.Start; b < run.End; b++)
            if (side.OfBase[b] is not SideMatch.None and var s) (from, to) = (Math.Min(from, s), Math.Max(to, s + 1));
        foreach (var (replaced, by) in side.Replaced)
            if (replaced.Start >= run.Start && replaced.End <= run.End) (from, to) = (Math.Min(from, by.Start), Math.Max(to, by.End));
        if (to < 0) from = to = PlaceOf(run.Start, side);
        while (from > 0 && side.OfSide[from - 1] == SideMatch.None) from--;
        while (to < side.OfSide.Length && side.OfSide[to] == SideMatch.None) to++;
        for (var s = from; s < to; s++)
            if (side.OfSide[s] is not SideMatch.None and var b && (b < run.Start || b >= run.End)) return null;
        return IndexRange.Between(from, to);
    }

    /// <summary>Returns the place in a side after the last element that the side has of the base before an index.</summary>
    private static int PlaceOf(int baseIndex, SideMatch side)
    {
        for (var b = baseIndex - 1; b >= 0; b--)
            if (side.OfBase[b] is not SideMatch.None and var s) return s + 1;
        return 0;
    }
}
