namespace Merging.Sequences;

/// <summary>
/// The histogram diff of JGit and git. Both sequences are cut at the longest common run among the runs with the rarest element, and the
/// search continues on both sides of the cut. <see cref="MyersDiff"/> takes a part whose common elements are all frequent, or all parts
/// once the budget is spent.
/// </summary>
/// <param name="counts">Counters that are all 0 before and after a call.</param>
/// <param name="last">Scratch space by element.</param>
internal sealed class HistogramDiff(OccurrenceCounts counts, int[] last, WorkBudget budget)
{
    /// <summary>Occurrences in the old sequence up to which an element can be cut at.</summary>
    private const int MaxOccurrences = 64;

    private const int None = -1;

    private readonly Stack<Part> _parts = new();
    private int[] _next = [];   // by old index: the next occurrence of the same element, or None
    private int[] _occurrences = [];

    private readonly record struct Part(int OldFrom, int OldTo, int NewFrom, int NewTo);

    private readonly record struct Run(int OldFrom, int OldTo, int NewFrom)
    {
        public int NewTo => NewFrom + OldTo - OldFrom;
    }

    public void Mark(ReadOnlySpan<int> old, ReadOnlySpan<int> @new, Span<bool> oldChanged, Span<bool> newChanged)
    {
        _next = new int[old.Length];
        _occurrences = new int[old.Length];
        _parts.Push(new(0, old.Length, 0, @new.Length));
        while (_parts.TryPop(out var part))
        {
            var (o, n) = (part.OldFrom..part.OldTo, part.NewFrom..part.NewTo);
            if (part.OldFrom == part.OldTo || part.NewFrom == part.NewTo)
            {
                oldChanged[o].Fill(true);
                newChanged[n].Fill(true);
            }
            else if (budget.IsSpent || !TryFindRun(old, @new, part, out var run))
            {
                MyersDiff.Mark(counts, budget, old[o], @new[n], oldChanged[o], newChanged[n]);
            }
            else if (run is { } cut)
            {
                _parts.Push(new(cut.OldTo, part.OldTo, cut.NewTo, part.NewTo));
                _parts.Push(new(part.OldFrom, cut.OldFrom, part.NewFrom, cut.NewFrom));
            }
            else
            {
                oldChanged[o].Fill(true);   // nothing in common
                newChanged[n].Fill(true);
            }
        }
    }

    /// <summary>Finds the run to cut at, or null if nothing is common. Returns false if every common element is too frequent.</summary>
    private bool TryFindRun(ReadOnlySpan<int> old, ReadOnlySpan<int> @new, Part part, out Run? best)
    {
        Index(old, part);
        best = null;
        var (rarest, length, anyCommon) = (MaxOccurrences + 1, 1, false);
        for (var n = part.NewFrom; n < part.NewTo;)
        {
            var next = n + 1;
            budget.Spend(1);
            var count = counts.InOld[@new[n]];
            anyCommon |= count > 0;
            if (count > 0 && count <= rarest)
                for (var o = last[@new[n]]; o != None;)
                {
                    var run = Grow(old, @new, part, o, n, count, out var least);
                    next = Math.Max(next, run.NewTo);
                    if (run.OldTo - run.OldFrom > length || least < rarest)
                    {
                        best = run;
                        (rarest, length) = (least, run.OldTo - run.OldFrom);
                    }

                    do o = _next[o];
                    while (o != None && o < run.OldTo);
                }

            n = next;
        }

        foreach (var element in old[part.OldFrom..part.OldTo]) counts.InOld[element] = 0;
        return !anyCommon || rarest <= MaxOccurrences;
    }

    private void Index(ReadOnlySpan<int> old, Part part)
    {
        for (var i = part.OldTo - 1; i >= part.OldFrom; i--)   // from the end, so that chains start at the first occurrence
        {
            var element = old[i];
            _next[i] = counts.InOld[element] == 0 ? None : last[element];
            last[element] = i;
            counts.InOld[element]++;
        }

        for (var i = part.OldFrom; i < part.OldTo; i++) _occurrences[i] = counts.InOld[old[i]];
        budget.Spend(part.OldTo - part.OldFrom);
    }

    /// <summary>
    /// Grows the common run around a pair of equal elements, and tells how often its rarest element occurs in the old sequence.
    /// </summary>
    private Run Grow(ReadOnlySpan<int> old, ReadOnlySpan<int> @new, Part part, int o, int n, int count, out int least)
    {
        var (oldFrom, newFrom, oldTo, newTo) = (o, n, o + 1, n + 1);
        least = count;
        while (oldFrom > part.OldFrom && newFrom > part.NewFrom && old[oldFrom - 1] == @new[newFrom - 1])
        {
            least = Math.Min(least, _occurrences[--oldFrom]);
            newFrom--;
        }

        while (oldTo < part.OldTo && newTo < part.NewTo && old[oldTo] == @new[newTo])
        {
            least = Math.Min(least, _occurrences[oldTo++]);
            newTo++;
        }

        budget.Spend(oldTo - oldFrom);
        return new(oldFrom, oldTo, newFrom);
    }
}
