namespace Merging.Json.Arrays;

/// <summary>Merges three orders as chains, in which each thing has a successor.</summary>
internal static class Chain
{
    private const int End = -1;
    private const int Start = -2;

    /// <summary>The merged order; null if both sides changed a successor differently, or the result is no single chain.</summary>
    public static List<int>? Merge(List<int> @base, List<int> ours, List<int> theirs)
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

        return order.Count == merged.Count - 1 ? order : null;

        int? Successor(int thing)
        {
            var (inOurs, inTheirs) = (o.TryGetValue(thing, out var our), t.TryGetValue(thing, out var their));
            if (!inOurs || !inTheirs) return inOurs ? our : their;
            if (our == their) return our;
            if (!b.TryGetValue(thing, out var old)) return null;
            return old == our ? their : old == their ? our : null;
        }
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
