namespace Merging.Json.Arrays;

/// <summary>How an array is read.</summary>
/// <param name="KeyNames">The members that identify elements; empty if elements are matched by content.</param>
/// <param name="IsSet">Whether the order means nothing.</param>
/// <param name="Names">The members by which elements may name themselves.</param>
internal sealed record ArrayReading(byte[][] KeyNames, bool IsSet, byte[][] Names);

/// <summary>Merges the existence of elements, their contents and their order apart.</summary>
internal sealed class ElementMerge(
    JsonMerger merger, MergePath place, ArrayItems items, SideMatch ours, SideMatch theirs, ArrayReading reading)
{
    private readonly HashSet<int> _movedByOurs = reading.IsSet ? [] : Moves.Of(ours);
    private readonly HashSet<int> _movedByTheirs = reading.IsSet ? [] : Moves.Of(theirs);
    private readonly List<MergedJson> _merged = [];
    private int _index;

    private SideNames Names => merger.Log.Names;

    public MergedJson.Array Merge()
    {
        var alive = items.BaseOrder.Where(Survives).ToList();
        var shared = alive.ToHashSet();
        var order = new OrderMerge(alive, OrderOf(items.OurOrder), OrderOf(items.TheirOrder),
            (our, their) => !items.IsInBase(our) && items.OursOf(our) == items.TheirsOf(their), merger.Budget);
        foreach (var part in order.Merge())
        {
            if (part.Conflict is not { } conflict)
            {
                foreach (var item in part.Items) Add(Content(item));
            }
            else if (reading.IsSet)
            {
                merger.Log.Apply(place, SafeRule.Set);
                var all = conflict.Ours.Union(conflict.Theirs);
                var sorted = all.OrderBy(item => Label(item, MergeSide.Ours).ToString(), StringComparer.Ordinal);
                foreach (var item in sorted) Add(Content(item));
            }
            else if (conflict.Base.Count == 0 && !conflict.Ours.Exists(shared.Contains)) AddInserted(conflict.Ours, conflict.Theirs);
            else AddReordered(conflict.Base, conflict.Ours, conflict.Theirs, shared);
        }

        if (ChangedBy(items.OurOrder, items.OursOf, _movedByOurs) && ChangedBy(items.TheirOrder, items.TheirsOf, _movedByTheirs))
            merger.Log.Apply(place, SafeRule.DifferentElements);
        if (order.JoinedMoves) merger.Log.Apply(place, SafeRule.DifferentMoves);
        return new(_merged);

        // An element that a side removed and that stays as a conflict stands, for that side, where the base has the element.
        List<int> OrderOf(List<int> side)
        {
            var present = side.ToHashSet();
            var missing = alive.Where(item => !present.Contains(item)).ToList();
            var known = side.Where(item => !items.IsInBase(item) || shared.Contains(item)).ToList();
            return missing.Count == 0 ? known : WithMissing(known, alive, present);
        }
    }

    private static List<int> WithMissing(List<int> known, List<int> alive, HashSet<int> present)
    {
        var (behind, first) = (new Dictionary<int, List<int>>(), new List<int>());
        var last = first;
        foreach (var item in alive)
        {
            if (present.Contains(item)) behind.Add(item, last = []);
            else last.Add(item);
        }

        return [.. first, .. known.SelectMany(item => behind.TryGetValue(item, out var after) ? [item, .. after] : new[] { item })];
    }

    /// <summary>Whether an item of the base is in the result, perhaps as a conflict.</summary>
    private bool Survives(int item)
    {
        if (items.RunOf(item) is not null) return true;
        var (b, o, t) = (items.BaseOf(item), items.OursOf(item), items.TheirsOf(item));
        if (o is not null && t is not null) return true;
        if (o is not null && (o != b || _movedByOurs.Contains(item))) return true;
        if (t is not null && (t != b || _movedByTheirs.Contains(item))) return true;
        if (o is not null || t is not null) merger.Log.Change(place, o is null ? MergeSide.Ours : MergeSide.Theirs);
        return false;
    }

    private bool ChangedBy(List<int> side, Func<int, JsonPart?> valueOf, HashSet<int> moved) =>
        moved.Count > 0 || side.Count != items.BaseOrder.Count
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

    private MergedJson? Content(int item) => Content(item, place.Element(_index));

    private MergedJson? Content(int item, MergePath at)
    {
        if (items.RunOf(item) is { } run) return MergeRun(run, at);
        var (b, o, t) = (items.BaseOf(item), items.OursOf(item), items.TheirsOf(item));
        if (b is null && t is null) return merger.Log.Take(at, o, MergeSide.Ours);
        if (b is null && o is null) return merger.Log.Take(at, t, MergeSide.Theirs);
        if (o is null || t is null) return Missing(item, at);
        if (b is null && o != t)
        {
            return merger.Log.Open(MergeConflictKind.AddedByBoth, at, null, o, t,
                $"Both sides added the element {Name(item)} to {place.ListName}, with different contents.");
        }

        if (ours.Renamed.Contains(item) || theirs.Renamed.Contains(item)) return MergeRenamed(item, at);
        if (b != o && b != t && o != t && (ours.Doubtful.Contains(item) || theirs.Doubtful.Contains(item)))
        {
            return merger.Log.Open(MergeConflictKind.NotMatched, at, b, o, t,
                $"Both sides changed the element {Name(item)} of {place.ListName}, and one of them may be another element.");
        }

        return merger.Merge(at, b, o, t, new(reading.Names, IsRecord: true));
    }

    /// <summary>Records an element that one side removed and the other changed or moved.</summary>
    private MergedJson.Open Missing(int item, MergePath at)
    {
        var (b, o, t) = (items.BaseOf(item), items.OursOf(item), items.TheirsOf(item));
        var (remover, other) = o is null ? (MergeSide.Ours, MergeSide.Theirs) : (MergeSide.Theirs, MergeSide.Ours);
        var isRenamed = ours.Renamed.Contains(item) || theirs.Renamed.Contains(item);
        var did = isRenamed ? "gave it another key" : (o ?? t) == b ? "moved it" : "changed it";
        return merger.Log.Open(MergeConflictKind.MissingTarget, at, b, o, t,
            $"{Names.Start(remover)} removed the element {Name(item)} of {place.ListName}, {Names.Middle(other)} {did}.");
    }

    /// <summary>
    /// Merges an element that got another key. The element is merged as a whole, because two elements with different keys may not be the
    /// same.
    /// </summary>
    private MergedJson MergeRenamed(int item, MergePath at)
    {
        var (b, o, t) = (items.BaseOf(item), items.OursOf(item), items.TheirsOf(item));
        var (byOurs, byTheirs) = (ours.Renamed.Contains(item), theirs.Renamed.Contains(item));
        if (o == t)
        {
            merger.Log.Apply(at, SafeRule.SameChange);
            return new MergedJson.Taken(o!.Value);
        }

        if (b == t && !_movedByTheirs.Contains(item)) return merger.Log.Take(at, o, MergeSide.Ours)!;
        if (b == o && !_movedByOurs.Contains(item)) return merger.Log.Take(at, t, MergeSide.Theirs)!;
        var (renamer, other) = byOurs ? (MergeSide.Ours, MergeSide.Theirs) : (MergeSide.Theirs, MergeSide.Ours);
        var why = byOurs && byTheirs
            ? $"{Names.Start(MergeSide.Ours)} renamed the element {Name(item)} of {place.ListName} to {Label(item, MergeSide.Ours)}, "
              + $"{Names.Theirs} renamed it to {Label(item, MergeSide.Theirs)}."
            : $"{Names.Start(renamer)} renamed the element {Name(item)} of {place.ListName} to {Label(item, renamer)}, "
              + $"{Names.Middle(other)} changed or moved it.";
        return merger.Log.Open(MergeConflictKind.Renamed, at, b, o, t, why);
    }

    private MergedJson MergeRun(ArrayVersions run, MergePath at)
    {
        var (b, o, t) = run;
        if (o.SequenceEqual(t))
        {
            merger.Log.Apply(at, SafeRule.SameChange);
            return new MergedJson.Run(o);
        }

        if (b.SequenceEqual(t))
        {
            merger.Log.Change(at, MergeSide.Ours);
            return new MergedJson.Run(o);
        }

        if (b.SequenceEqual(o))
        {
            merger.Log.Change(at, MergeSide.Theirs);
            return new MergedJson.Run(t);
        }

        return merger.Log.Open(MergeConflictKind.ValueMismatch, at, run,
            $"Both sides changed the same elements of {place.ListName}, or elements that touch.", ConflictScope.Elements);
    }

    private void AddInserted(List<int> o, List<int> t)
    {
        var added = new ArrayVersions(
            [], [.. o.Select(item => items.OursOf(item)!.Value)], [.. t.Select(item => items.TheirsOf(item)!.Value)]);
        Add(merger.Log.Open(MergeConflictKind.InsertedAtOnePlace, place.Element(_index), added,
            $"Both sides added elements to {place.ListName} at the same place. Nothing says which come first.", ConflictScope.Elements));
    }

    private void AddReordered(List<int> b, List<int> o, List<int> t, HashSet<int> shared)
    {
        var bothMoved = !o.Where(shared.Contains).SequenceEqual(b) && !t.Where(shared.Contains).SequenceEqual(b);
        var noneMoved = o.Where(shared.Contains).SequenceEqual(t.Where(shared.Contains)) && !bothMoved;
        var why = bothMoved ? $"Both sides changed the order of the same elements of {place.ListName}."
            : noneMoved ? $"Both sides added the same element to {place.ListName}, at different places."
            : $"One side moved elements of {place.ListName}, the other added or moved elements beside them.";
        var (wholeOurs, wholeTheirs) = (WithAdded(o, t), WithAdded(t, o));
        if (!wholeOurs.SequenceEqual(wholeTheirs)) (o, t) = (wholeOurs, wholeTheirs);
        var conflict = merger.Log.Record(
            MergeConflictKind.Reordered, place,
            Labels(b, MergeSide.Base), Labels(o, MergeSide.Ours), Labels(t, MergeSide.Theirs), why, ConflictScope.Order);
        var (elements, index, at) = (new List<MergedJson>(), new Dictionary<int, int>(), _index);
        foreach (var item in o.Union(t).Union(b))
        {
            if (Content(item, place.Element(at)) is not { } element) continue;
            index.Add(item, elements.Count);
            elements.Add(element);
            at += Count(element);
        }

        Add(new MergedJson.Order(conflict, elements, [Indexes(b), Indexes(o), Indexes(t)]));

        int[] Indexes(List<int> order) => [.. order.Where(index.ContainsKey).Select(item => index[item])];
    }

    /// <summary>Returns an order with the items that the other side added, each after the item that it follows there.</summary>
    private List<int> WithAdded(List<int> order, List<int> other)
    {
        var present = order.ToHashSet();
        var (behind, first) = (new Dictionary<int, List<int>>(), new List<int>());
        var last = first;
        foreach (var item in other)
        {
            if (!items.IsInBase(item) && !present.Contains(item)) last.Add(item);
            else if (!behind.TryGetValue(item, out last)) behind.Add(item, last = []);
        }

        return [.. first, .. order.SelectMany(item => behind.TryGetValue(item, out var after) ? [item, .. after] : new[] { item })];
    }

    private JsonPart Labels(List<int> order, MergeSide side) => JsonPart.ArrayOf(order.Select(item => Label(item, side)));

    private string Name(int item) => Label(item, MergeSide.Base).ToString() is { Length: <= 60 } name ? name : "with this content";

    /// <summary>Returns the key of an element, or the element itself if the array has no keys.</summary>
    private JsonPart Label(int item, MergeSide side)
    {
        if (items.RunOf(item) is { } run)
            return JsonPart.ArrayOf(side switch { MergeSide.Ours => run.Ours, MergeSide.Theirs => run.Theirs, _ => run.Base });
        var (b, o, t) = (items.BaseOf(item), items.OursOf(item), items.TheirsOf(item));
        var value = (side switch { MergeSide.Ours => o ?? b ?? t, MergeSide.Theirs => t ?? b ?? o, _ => b ?? o ?? t })!.Value;
        if (reading.KeyNames.Length == 0) return value;
        var keys = new JsonPart?[reading.KeyNames.Length];
        value.Find(reading.KeyNames, keys);
        return keys is [{ } only] ? only : JsonPart.ArrayOf(keys.Select(key => key!.Value));
    }
}
