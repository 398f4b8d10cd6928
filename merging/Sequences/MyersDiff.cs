namespace Merging.Sequences;

/// <summary>
/// Marks the elements that are not common to two sequences. Common ends are cut off first. Then elements that are unmatched, or frequent
/// among unmatched ones, are set aside. <see cref="MyersSearch"/> compares the rest. All choices are git's, so that merges equal git's
/// merges.
/// </summary>
internal static class MyersDiff
{
    /// <summary>Occurrences on the other side from which an element is frequent, however long that side is.</summary>
    private const int AlwaysFrequent = 1024;

    /// <summary>Neighbors of a frequent element that are looked at, on each side.</summary>
    private const int MaxNeighbors = 100;

    /// <summary>A frequent element is dropped if fewer than one in this many neighbors are frequent, the others being unmatched.</summary>
    private const int FrequentShare = 4;

    private enum Role : byte
    {
        Unmatched = 0,
        Ordinary,
        Frequent,
    }

    public static void Mark(
        OccurrenceCounts counts, WorkBudget budget,
        ReadOnlySpan<int> old, ReadOnlySpan<int> @new, Span<bool> oldChanged, Span<bool> newChanged)
    {
        var head = old.CommonPrefixLength(@new);
        var tail = CommonTail(old[head..], @new[head..]);
        if (head + tail == old.Length || head + tail == @new.Length)   // only added or only removed
        {
            oldChanged[head..^tail].Fill(true);
            newChanged[head..^tail].Fill(true);
            return;
        }

        counts.Add(old, @new);
        var oldKept = Keep(old[head..^tail], counts.InNew, FrequencyBound(old.Length), oldChanged[head..^tail]);
        var newKept = Keep(@new[head..^tail], counts.InOld, FrequencyBound(@new.Length), newChanged[head..^tail]);
        counts.Clear(old, @new);

        var search = new MyersSearch(Pick(old[head..^tail], oldKept), Pick(@new[head..^tail], newKept), budget);
        search.Run();
        for (var i = 0; i < oldKept.Length; i++) oldChanged[head + oldKept[i]] = search.OldChanged[i];
        for (var i = 0; i < newKept.Length; i++) newChanged[head + newKept[i]] = search.NewChanged[i];
    }

    /// <summary>Returns a power of two near the square root, from above: 1 for 0, 2 for 1 to 3, 4 for 4 to 15, …</summary>
    public static int RoughSquareRoot(int value)
    {
        var root = 1;
        for (; value > 0; value >>= 2) root <<= 1;
        return root;
    }

    private static int FrequencyBound(int length) => Math.Min(RoughSquareRoot(length), AlwaysFrequent);

    private static int CommonTail(ReadOnlySpan<int> old, ReadOnlySpan<int> @new)
    {
        var n = 0;
        while (n < old.Length && n < @new.Length && old[^(n + 1)] == @new[^(n + 1)]) n++;
        return n;
    }

    /// <summary>Returns the indexes of the elements to compare, and marks all others as changed.</summary>
    private static int[] Keep(ReadOnlySpan<int> elements, int[] onOtherSide, int frequent, Span<bool> changed)
    {
        var roles = new Role[elements.Length];
        for (var i = 0; i < roles.Length; i++)
        {
            var n = onOtherSide[elements[i]];
            roles[i] = n == 0 ? Role.Unmatched : n >= frequent ? Role.Frequent : Role.Ordinary;
        }

        var kept = new List<int>(roles.Length);
        for (var i = 0; i < roles.Length; i++)
        {
            if (roles[i] is Role.Ordinary || roles[i] is Role.Frequent && !IsLostAmongUnmatched(roles, i)) kept.Add(i);
            else changed[i] = true;
        }

        return [.. kept];
    }

    /// <summary>
    /// Whether a frequent element stands in a block without other matches, such as a brace in a new function. Matching the element would
    /// tie the block to an unrelated place. Both sides of the element must have unmatched neighbors.
    /// </summary>
    private static bool IsLostAmongUnmatched(ReadOnlySpan<Role> roles, int at)
    {
        var frequent = 0;
        var unmatched = 0;
        foreach (var step in (ReadOnlySpan<int>)[-1, 1])
        {
            var before = unmatched;
            frequent++;   // the element itself counts once from each side
            var i = at + step;
            for (var n = 0; n < MaxNeighbors && i >= 0 && i < roles.Length && roles[i] is not Role.Ordinary; n++, i += step)
            {
                if (roles[i] is Role.Unmatched) unmatched++;
                else frequent++;
            }

            if (unmatched == before) return false;
        }

        return frequent * FrequentShare < frequent + unmatched;
    }

    private static int[] Pick(ReadOnlySpan<int> elements, ReadOnlySpan<int> indexes)
    {
        var picked = new int[indexes.Length];
        for (var i = 0; i < picked.Length; i++) picked[i] = elements[indexes[i]];
        return picked;
    }
}
