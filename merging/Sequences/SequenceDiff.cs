namespace Merging.Sequences;

/// <summary>
/// Compares sequences whose elements are numbers from 0 up to <paramref name="distinct"/>. Equal numbers stand for equal elements.
/// Counters are kept between calls, so an instance serves one merge at a time.
/// </summary>
internal sealed class SequenceDiff(int distinct, DiffAlgorithm algorithm, WorkBudget? budget = null)
{
    private readonly OccurrenceCounts _counts = new(distinct);
    private readonly WorkBudget _budget = budget ?? new();
    private readonly int[] _lastSeen = algorithm is DiffAlgorithm.Histogram ? new int[distinct] : [];

    /// <summary>Returns the differences of two sequences, in order. At least one equal element stands between two differences.</summary>
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
            i++;   // an unchanged element stands in both
            j++;
        }

        return edits;
    }
}

/// <summary>
/// Counts how often each element occurs in two sequences. The cost of counting again grows with the length of the sequences, not with the
/// number of distinct elements.
/// </summary>
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
