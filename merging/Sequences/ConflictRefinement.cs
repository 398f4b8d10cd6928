namespace Merging.Sequences;

/// <summary>
/// Cuts conflicts down to the differences between the two sides, which git calls a zealous merge. Lines that both sides have leave the
/// conflict, so one conflict may become several. Conflicts with at most <see cref="SmallGap"/> lines between them are joined again, because
/// people read them as one.
/// </summary>
/// <param name="isPlain">Whether an element of ours says so little that any number of them joins conflicts; null: none does.</param>
internal sealed class ConflictRefinement(SequenceDiff diff, List<Edit> ourEdits, int[] ours, int[] theirs, Func<int, bool>? isPlain = null)
{
    /// <summary>Common elements between two conflicts up to which the conflicts are joined.</summary>
    private const int SmallGap = 3;

    public List<MergeRegion> Refine(List<MergeRegion> regions)
    {
        var refined = new List<MergeRegion>(regions.Count);
        foreach (var region in regions)
        {
            if (region.Part is not MergePart.Conflict || region.Ours.Length == 0 || region.Theirs.Length == 0) Append(refined, region);
            else Split(refined, region);
        }

        return refined;
    }

    public static MergeRegion Join(MergeRegion first, MergeRegion second, MergePart part) => new(
        part,
        IndexRange.Between(first.Base.Start, second.Base.End),
        IndexRange.Between(first.Ours.Start, second.Ours.End),
        IndexRange.Between(first.Theirs.Start, second.Theirs.End));

    private void Append(List<MergeRegion> regions, MergeRegion next)
    {
        if (regions.Count > 0 && regions[^1] is { Part: MergePart.Conflict } last
            && next.Part is MergePart.Conflict && IsSmall(last.Ours.End, next.Ours.Start))
            regions[^1] = Join(last, next, MergePart.Conflict);
        else regions.Add(next);
    }

    private bool IsSmall(int from, int to)
    {
        if (to - from <= SmallGap) return true;
        if (isPlain is null) return false;
        for (var i = from; i < to; i++)
            if (!isPlain(i)) return false;
        return true;
    }

    private void Split(List<MergeRegion> refined, MergeRegion region)
    {
        var edits = diff.Compare(
            ours.AsSpan(region.Ours.Start, region.Ours.Length), theirs.AsSpan(region.Theirs.Start, region.Theirs.Length));
        if (edits.Count == 0) Append(refined, region with { Part = MergePart.Common });   // keeps the conflicts around the part apart
        var baseStart = region.Base.Start;
        for (var i = 0; i < edits.Count; i++)
        {
            var our = new IndexRange(region.Ours.Start + edits[i].OldStart, edits[i].OldLength);
            var their = new IndexRange(region.Theirs.Start + edits[i].NewStart, edits[i].NewLength);
            var isLast = i + 1 == edits.Count;
            var (baseEnd, nextStart) = isLast
                ? (region.Base.End, 0)
                : BaseOfAgreement(region.Ours.Start + edits[i].OldEnd, region.Ours.Start + edits[i + 1].OldStart);
            baseEnd = Math.Clamp(baseEnd, baseStart, region.Base.End);
            Append(refined, new(MergePart.Conflict, IndexRange.Between(baseStart, baseEnd), our, their));
            baseStart = Math.Clamp(nextStart, baseEnd, region.Base.End);
        }
    }

    /// <summary>
    /// Finds the base of our elements from <paramref name="start"/> to <paramref name="end"/>, which both sides have in common.
    /// Inside an edit nothing says which elements belong together. The base of the edit then goes to the conflict before, if the edit has
    /// one.
    /// </summary>
    private (int Start, int End) BaseOfAgreement(int start, int end)
    {
        var first = EditAtOrBefore(start);
        var from = first is { } f ? start >= f.NewEnd ? f.OldEnd + start - f.NewEnd : start > f.NewStart ? f.OldEnd : f.OldStart : start;
        var last = EditAtOrBefore(end);
        var to = last is { } l ? end >= l.NewEnd ? l.OldEnd + end - l.NewEnd : start > l.NewStart ? l.OldEnd : l.OldStart : end;
        return (from, Math.Max(from, to));
    }

    private Edit? EditAtOrBefore(int ourIndex)
    {
        var (low, high) = (0, ourEdits.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ourEdits[middle].NewStart <= ourIndex) low = middle + 1;
            else high = middle;
        }

        return low == 0 ? null : ourEdits[low - 1];
    }
}
