using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>Merges three orders as chains, in which each item has a successor.</summary>
internal static class Chain
{
    private const int End = -1;
    private const int Start = -2;

    /// <summary>
    /// Returns the merged order. Null if both sides changed a successor differently, if the result is not a single chain, if the result
    /// lacks an order of two items that only one side changed, or if the budget is spent.
    /// </summary>
    public static List<int>? Merge(List<int> @base, List<int> ours, List<int> theirs, WorkBudget budget)
    {
        var (b, o, t) = (Successors(@base), Successors(ours), Successors(theirs));
        var merged = new Dictionary<int, int>(o.Count + t.Count);
        foreach (var item in o.Keys.Union(t.Keys))
        {
            if (Successor(item) is not { } next) return null;
            merged.Add(item, next);
        }

        var order = new List<int>(merged.Count);
        for (var item = merged[Start]; item != End; item = merged[item])
        {
            if (order.Count == merged.Count) return null;
            order.Add(item);
        }

        return order.Count == merged.Count - 1 && KeepsPairs(order, @base, ours, theirs, budget) ? order : null;

        int? Successor(int item)
        {
            var (inOurs, inTheirs) = (o.TryGetValue(item, out var our), t.TryGetValue(item, out var their));
            if (!inOurs || !inTheirs) return inOurs ? our : their;
            if (our == their) return our;
            if (!b.TryGetValue(item, out var old)) return null;
            return old == our ? their : old == their ? our : null;
        }
    }

    private static bool KeepsPairs(List<int> merged, List<int> @base, List<int> ours, List<int> theirs, WorkBudget budget)
    {
        var (inMerged, inOurs, inTheirs) = (Places(merged), Places(ours), Places(theirs));
        var stayInOurs = CommonOrder.Increasing([.. @base.Select(item => inOurs[item])]);
        var stayInTheirs = CommonOrder.Increasing([.. @base.Select(item => inTheirs[item])]);
        int[] moved = [.. Enumerable.Range(0, @base.Count).Where(i => !stayInOurs[i] || !stayInTheirs[i])];
        budget.Spend(4L * moved.Length * @base.Count);   // a pair takes about four steps
        if (budget.IsSpent) return false;
        foreach (var i in moved)
            for (var j = 0; j < @base.Count; j++)
            {
                if (i == j) continue;
                var (x, y) = (@base[Math.Min(i, j)], @base[Math.Max(i, j)]);
                var (byOurs, byTheirs) = (inOurs[x] > inOurs[y], inTheirs[x] > inTheirs[y]);
                if (inMerged[x] > inMerged[y] != (byOurs || byTheirs)) return false;
            }

        return true;
    }

    private static Dictionary<int, int> Places(List<int> order)
    {
        var places = new Dictionary<int, int>(order.Count);
        for (var i = 0; i < order.Count; i++) places.Add(order[i], i);
        return places;
    }

    private static Dictionary<int, int> Successors(List<int> order)
    {
        var successors = new Dictionary<int, int>(order.Count + 1);
        var previous = Start;
        foreach (var item in order)
        {
            successors.Add(previous, item);
            previous = item;
        }

        successors.Add(previous, End);
        return successors;
    }
}
