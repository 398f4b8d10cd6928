using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>Merges three orders as chains, in which each thing has a successor.</summary>
internal static class Chain
{
    private const int End = -1;
    private const int Start = -2;

    /// <summary>
    /// Returns the merged order. Null if both sides changed a successor differently, if the result is not a single chain, if the result
    /// lacks an order of two things that only one side changed, or if the budget is spent.
    /// </summary>
    public static List<int>? Merge(List<int> @base, List<int> ours, List<int> theirs, WorkBudget budget)
    {
        var (b, o, t) = (Successors(@base), Successors(ours), Successors(theirs));
        var merged = new Dictionary<int, int>(o.Count + t.Count);
        foreach (var thing in o.Keys.Union(t.Keys))
        {
            if (Successor(thing) is not { } next) return null;
            merged.Add(thing, next);
        }

        var order = new List<int>(merged.Count);
        for (var thing = merged[Start]; thing != End; thing = merged[thing])
        {
            if (order.Count == merged.Count) return null;
            order.Add(thing);
        }

        return order.Count == merged.Count - 1 && KeepsPairs(order, @base, ours, theirs, budget) ? order : null;

        int? Successor(int thing)
        {
            var (inOurs, inTheirs) = (o.TryGetValue(thing, out var our), t.TryGetValue(thing, out var their));
            if (!inOurs || !inTheirs) return inOurs ? our : their;
            if (our == their) return our;
            if (!b.TryGetValue(thing, out var old)) return null;
            return old == our ? their : old == their ? our : null;
        }
    }

    private static bool KeepsPairs(List<int> merged, List<int> @base, List<int> ours, List<int> theirs, WorkBudget budget)
    {
        var (inMerged, inOurs, inTheirs) = (Places(merged), Places(ours), Places(theirs));
        var stayInOurs = CommonOrder.Increasing([.. @base.Select(thing => inOurs[thing])]);
        var stayInTheirs = CommonOrder.Increasing([.. @base.Select(thing => inTheirs[thing])]);
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
        foreach (var thing in order)
        {
            successors.Add(previous, thing);
            previous = thing;
        }

        successors.Add(previous, End);
        return successors;
    }
}
