namespace Merging.Sequences;

/// <summary>
/// Compares sequences whose elements are numbers from 0 up to <paramref name="distinct"/>, equal numbers standing for equal lines.
/// Keeps counters between calls, so one instance serves one merge and not two at a time.
/// </summary>
internal sealed class SequenceDiff(int distinct, DiffAlgorithm algorithm, WorkBudget? budget = null)
{
    private readonly OccurrenceCounts _counts = new(distinct);
    private readonly WorkBudget _budget = budget ?? new();
    private readonly int[] _lastSeen = algorithm is DiffAlgorithm.Histogram ? new int[distinct] : [];

    /// <summary>The places where the two differ, in order. Between two of them there is at least one equal element.</summary>
    public List<Edit> Compare(ReadOnlySpan<int> old, ReadOnlySpan<int> @new)
    {
        var (oldChanged, newChanged) = (new bool[old.Length], new bool[@new.Length]);
        if (algorithm is DiffAlgorithm.Histogram) new HistogramDiff(_counts, _lastSeen, _budget).Mark(old, @new, oldChanged, newChanged);
        else MyersDiff.Mark(_counts, _budget, old, @new, oldChanged, newChanged);
        EditSliding.Slide(old, oldChanged, newChanged);
        EditSliding.Slide(@new, newChanged, oldChanged);
        return Collect(oldChanged, newChanged);
    }

    private static List<Edit> Collect(ReadOnlySpan<bool> oldChanged, ReadOnlySpan<bool> newChanged)
    {
        var edits = new List<Edit>();
        var (i, j) = (0, 0);
        while (i < oldChanged.Length || j < newChanged.Length)
        {
            var (oldStart, newStart) = (i, j);
            while (i < oldChanged.Length && oldChanged[i]) i++;
            while (j < newChanged.Length && newChanged[j]) j++;
            if (i > oldStart || j > newStart) edits.Add(new(oldStart, i - oldStart, newStart, j - newStart));
            i++;   // what is not changed stands in both
            j++;
        }

        return edits;
    }
}

/// <summary>How often each element occurs in two sequences. Counting again costs as much as the sequences are long, not as many elements as there are.</summary>
internal sealed class OccurrenceCounts(int distinct)
{
    public int[] InOld { get; } = new int[distinct];
    public int[] InNew { get; } = new int[distinct];

    public void Add(ReadOnlySpan<int> old, ReadOnlySpan<int> @new)
    {
        foreach (var element in old) InOld[element]++;
        foreach (var element in @new) InNew[element]++;
    }

    public void Clear(ReadOnlySpan<int> old, ReadOnlySpan<int> @new)
    {
        foreach (var element in old) InOld[element] = 0;
        foreach (var element in @new) InNew[element] = 0;
    }
}
