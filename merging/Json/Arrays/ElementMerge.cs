namespace Merging.Json.Arrays;

/// <summary>Merges the existence of elements and their order; their contents are merged by <see cref="ElementContents"/>.</summary>
internal sealed class ElementMerge(
    JsonMerger merger, MergePath place, ArrayItems items, SideMatch ours, SideMatch theirs, ArrayReading reading)
{
    private readonly ElementContents _contents = new(merger, place, items, ours, theirs, reading);
    private readonly List<MergedJson> _merged = [];
    private int _index;

    public MergedJson.Array Merge()
    {
        var alive = items.BaseOrder.Where(Survives).ToList();
        var shared = alive.ToHashSet();
        var order = new OrderMerge(alive, OrderOf(items.OurOrder), OrderOf(items.TheirOrder),
            (our, their) => !items.IsInBase(our) && items.OursOf(our) == items.TheirsOf(their), merger.Budget);
        foreach (var part in order.Merge(areEndsFixed: !items.HaveRuns))
        {
            if (part.Conflict is not { } conflict)
            {
                foreach (var item in part.Items) Add(Content(item));
            }
            else if (reading.IsSet)
            {
                merger.Log.Apply(place, SafeRule.Set);
                var all = conflict.Ours.Union(conflict.Theirs);
                var sorted = all.OrderBy(SortKey, StringComparer.Ordinal);
                foreach (var item in sorted) Add(Content(item));
            }
            else if (conflict.Base.Count == 0 && !conflict.Ours.Exists(shared.Contains)) AddInserted(conflict.Ours, conflict.Theirs);
            else AddReordered(conflict.Base, With(conflict.Ours, conflict.Theirs), With(conflict.Theirs, conflict.Ours), shared);
        }

        if (ChangedBy(MergeSide.Ours, items.OurOrder, items.OursOf) && ChangedBy(MergeSide.Theirs, items.TheirOrder, items.TheirsOf))
            merger.Log.Apply(place, SafeRule.DifferentElements);
        if (order.JoinedMoves) merger.Log.Apply(place, SafeRule.DifferentMoves);
        return new(_merged);

        // An element that a side removed and that stays as a conflict stands, for that side, where the base has the element.
        List<int> OrderOf(List<int> side) =>
            With([.. side.Where(item => !items.IsInBase(item) || shared.Contains(item))], alive);
    }

    /// <summary>Whether an item of the base is in the result, perhaps as a conflict.</summary>
    private bool Survives(int item)
    {
        if (items.RunOf(item) is not null) return true;
        var (b, o, t) = (items.BaseOf(item), items.OursOf(item), items.TheirsOf(item));
        if (o is not null && t is not null) return true;
        if (o is not null && (o != b || _contents.IsMoved(item, MergeSide.Ours))) return true;
        if (t is not null && (t != b || _contents.IsMoved(item, MergeSide.Theirs))) return true;
        if (o is not null || t is not null) merger.Log.Change(place, o is null ? MergeSide.Ours : MergeSide.Theirs);
        return false;
    }

    private bool ChangedBy(MergeSide by, List<int> side, Func<int, JsonPart?> valueOf) =>
        _contents.AnyMoved(by) || side.Count != items.BaseOrder.Count
        || side.Exists(item => !items.IsInBase(item) || items.RunOf(item) is not null || valueOf(item) != items.BaseOf(item));

    private void Add(MergedJson? element)
    {
        if (element is null) return;
        _merged.Add(element);
        _index += Count(element);
    }

    private static int Count(MergedJson element) => element switch
    {
        MergedJson.Run run => run.Elements.Count,
        MergedJson.Open { Conflict: { Scope: ConflictScope.Elements, Ours: { } some } } => new JsonPart(some).Elements().Count,
        MergedJson.Open { Conflict.Ours: null } => 0,
        MergedJson.Order order => order.Orders[(int)MergeSide.Ours].Sum(i => Count(order.Elements[i])),
        _ => 1,
    };

    private MergedJson? Content(int item) => _contents.Merge(item, place.Element(_index));

    private void AddInserted(List<int> o, List<int> t)
    {
        var added = new ArrayVersions(
            [], [.. o.Select(item => items.OursOf(item)!.Value)], [.. t.Select(item => items.TheirsOf(item)!.Value)]);
        var (kind, why) = o.Exists(t.Contains)
            ? (MergeConflictKind.Reordered,
                $"Both sides added the same elements to {place.ListName}, in different orders or with others between.")
            : (MergeConflictKind.InsertedAtOnePlace,
                $"Both sides added elements to {place.ListName} at the same place. Nothing says which come first.");
        Add(merger.Log.Open(kind, place.Element(_index), added, why, ConflictScope.Elements));
    }

    /// <summary>
    /// Records that the order of items is in conflict. If both sides have the same order, with all that either side added, there is none.
    /// </summary>
    private void AddReordered(List<int> b, List<int> o, List<int> t, HashSet<int> shared)
    {
        if (o.SequenceEqual(t))
        {
            merger.Log.Apply(place, SafeRule.SameChange);
            foreach (var item in o) Add(Content(item));
            return;
        }

        var bothMoved = !o.Where(shared.Contains).SequenceEqual(b) && !t.Where(shared.Contains).SequenceEqual(b);
        var noneMoved = o.Where(shared.Contains).SequenceEqual(t.Where(shared.Contains)) && !bothMoved;
        var why = bothMoved ? $"Both sides changed the order of the same elements of {place.ListName}."
            : noneMoved ? $"Both sides added the same element to {place.ListName}, at different places."
            : $"One side moved elements of {place.ListName}, the other added or moved elements beside them.";
        var conflict = merger.Log.Record(
            MergeConflictKind.Reordered, place,
            Labels(b, MergeSide.Base), Labels(o, MergeSide.Ours), Labels(t, MergeSide.Theirs), why, ConflictScope.Order);
        var (elements, index, at) = (new List<MergedJson>(), new Dictionary<int, int>(), _index);
        foreach (var item in o.Union(t).Union(b))
        {
            if (_contents.Merge(item, place.Element(at)) is not { } element) continue;
            index.Add(item, elements.Count);
            elements.Add(element);
            at += Count(element);
        }

        Add(new MergedJson.Order(conflict, elements, [Indexes(b), Indexes(o), Indexes(t)]));

        int[] Indexes(List<int> order) => [.. order.Where(index.ContainsKey).Select(item => index[item])];
    }

    /// <summary>Returns an order with the items that only the other one has, each after the item that it follows there.</summary>
    private static List<int> With(List<int> order, List<int> other)
    {
        var present = order.ToHashSet();
        var (behind, first) = (new Dictionary<int, List<int>>(), new List<int>());
        var last = first;
        foreach (var item in other)
        {
            if (!present.Contains(item)) last.Add(item);
            else behind.Add(item, last = []);
        }

        return [.. first, .. order.SelectMany(item => behind.TryGetValue(item, out var after) ? [item, .. after] : new[] { item })];
    }

    /// <summary>The label by which sets are sorted: the same whichever side is ours.</summary>
    private string SortKey(int item)
    {
        var (ours, theirs) = (_contents.Label(item, MergeSide.Ours).ToString(), _contents.Label(item, MergeSide.Theirs).ToString());
        return string.CompareOrdinal(ours, theirs) > 0 ? ours : theirs;
    }

    private JsonPart Labels(List<int> order, MergeSide side) => JsonPart.ArrayOf(order.Select(item => _contents.Label(item, side)));
}
