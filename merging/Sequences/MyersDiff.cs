namespace Merging.Sequences;

/// <summary>
/// Marks what is not common to two sequences. Common ends are taken off, then elements that cannot or hardly matter are set aside, and
/// the rest goes through <see cref="MyersSearch"/>. The choices are git's, so that a merge made here is the merge git would make.
/// </summary>
internal static class MyersDiff
{
    /// <summary>An element that occurs this often on the other side is frequent, however long that side is.</summary>
    private const int AlwaysFrequent = 1024;

    /// <summary>How far around a frequent element its neighbours are looked at.</summary>
    private const int Neighbourhood = 100;

    /// <summary>A frequent element is dropped if fewer than one of this many neighbours are frequent, the others being unmatched.</summary>
    private const int FrequentShare = 4;

    private enum Role : byte
    {
        Unmatched = 0,
        Ordinary,
        Frequent,
    }

    public static void Mark(OccurrenceCounts counts, WorkBudget budget, ReadOnlySpan<int> old, ReadOnlySpan<int> @new, Span<bool> oldChanged, Span<bool> newChanged)
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

    /// <summary>A power of two near the square root, from above: 1 for 0, 2 for 1 to 3, 4 for 4 to 15, …</summary>
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

    /// <summary>Indexes of the elements to search among; all others are marked as changed.</summary>
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

    /// <summary>A frequent line in a block that is otherwise without match (a brace in a new function) would tie the block to chance. It must have unmatched neighbours on both sides.</summary>
    private static bool IsLostAmongUnmatched(ReadOnlySpan<Role> roles, int at)
    {
        var frequent = 0;
        var unmatched = 0;
        foreach (var step in (ReadOnlySpan<int>)[-1, 1])
        {
            var before = unmatched;
            frequent++;   // the element itself counts once from each side
            for (var (i, n) = (at + step, 0); n < Neighbourhood && i >= 0 && i < roles.Length && roles[i] is not Role.Ordinary; i += step, n++)
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
