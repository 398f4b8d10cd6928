namespace Merging.Json.Arrays;

/// <summary>How an array is read.</summary>
/// <param name="KeyNames">The members that identify elements; empty if elements are matched by content.</param>
/// <param name="IsSet">Whether the order means nothing.</param>
/// <param name="Names">The members by which elements may name themselves.</param>
internal sealed record ArrayReading(byte[][] KeyNames, bool IsSet, byte[][] Names);

/// <summary>Merges the existence of elements, their contents and their order apart.</summary>
internal sealed class ElementMerge(
    JsonMerger merger, MergePath place, ArrayThings things, SideMatch ours, SideMatch theirs, ArrayReading reading)
{
    private readonly HashSet<int> _movedByOurs = reading.IsSet ? [] : Moves.Of(ours);
    private readonly HashSet<int> _movedByTheirs = reading.IsSet ? [] : Moves.Of(theirs);
    private readonly List<MergedJson> _merged = [];
    private int _index;

    private SideNames Names => merger.Log.Names;

    public MergedJson.Array Merge()
    {
        var alive = things.BaseOrder.Where(Survives).ToList();
        var shared = alive.ToHashSet();
        var order = new OrderMerge(alive, OrderOf(things.OurOrder), OrderOf(things.TheirOrder),
            (our, their) => !things.IsInBase(our) && things.OursOf(our) == things.TheirsOf(their), merger.Budget);
        foreach (var part in order.Merge())
        {
            if (part.Conflict is not { } conflict)
            {
                foreach (var thing in part.Things) Add(Content(thing));
            }
            else if (reading.IsSet)
            {
                merger.Log.Apply(place, SafeRule.Set);
                var all = conflict.Ours.Union(conflict.Theirs);
                var sorted = all.OrderBy(thing => Label(thing, MergeSide.Ours).ToString(), StringComparer.Ordinal);
                foreach (var thing in sorted) Add(Content(thing));
            }
            else if (conflict.Base.Count == 0 && !conflict.Ours.Exists(shared.Contains)) AddInserted(conflict.Ours, conflict.Theirs);
            else AddReordered(conflict.Base, conflict.Ours, conflict.Theirs, shared);
        }

        if (ChangedBy(things.OurOrder, things.OursOf, _movedByOurs) && ChangedBy(things.TheirOrder, things.TheirsOf, _movedByTheirs))
            merger.Log.Apply(place, SafeRule.DifferentElements);
        if (order.JoinedMoves) merger.Log.Apply(place, SafeRule.DifferentMoves);
        return new(_merged);

        // An element that a side removed and that stays as a conflict stands, for that side, where the base has the element.
        List<int> OrderOf(List<int> side)
        {
            var present = side.ToHashSet();
            var missing = alive.Where(thing => !present.Contains(thing)).ToList();
            var known = side.Where(thing => !things.IsInBase(thing) || shared.Contains(thing)).ToList();
            return missing.Count == 0 ? known : WithMissing(known, alive, present);
        }
    }

    private static List<int> WithMissing(List<int> known, List<int> alive, HashSet<int> present)
    {
        var (behind, first) = (new Dictionary<int, List<int>>(), new List<int>());
        var last = first;
        foreach (var thing in alive)
        {
            if (present.Contains(thing)) behind.Add(thing, last = []);
            else last.Add(thing);
        }

        return [.. first, .. known.SelectMany(thing => behind.TryGetValue(thing, out var after) ? [thing, .. after] : new[] { thing })];
    }

    /// <summary>Whether a thing of the base is in the result, perhaps as a conflict.</summary>
    private bool Survives(int thing)
    {
        if (things.RunOf(thing) is not null) return true;
        var (b, o, t) = (things.BaseOf(thing), things.OursOf(thing), things.TheirsOf(thing));
        if (o is not null && t is not null) return true;
        if (o is not null && (o != b || _movedByOurs.Contains(thing))) return true;
        if (t is not null && (t != b || _movedByTheirs.Contains(thing))) return true;
        if (o is not null || t is not null) merger.Log.Change(place, o is null ? MergeSide.Ours : MergeSide.Theirs);
        return false;
    }

    private bool ChangedBy(List<int> side, Func<int, JsonPart?> valueOf, HashSet<int> moved) =>
        moved.Count > 0 || side.Count != things.BaseOrder.Count
        || side.Exists(thing => !things.IsInBase(thing) || things.RunOf(thing) is not null || valueOf(thing) != things.BaseOf(thing));

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

    private MergedJson? Content(int thing) => Content(thing, place.Element(_index));

    private MergedJson? Content(int thing, MergePath at)
    {
        if (things.RunOf(thing) is { } run) return MergeRun(run, at);
        var (b, o, t) = (things.BaseOf(thing), things.OursOf(thing), things.TheirsOf(thing));
        if (b is null && t is null) return merger.Log.Take(at, o, MergeSide.Ours);
        if (b is null && o is null) return merger.Log.Take(at, t, MergeSide.Theirs);
        if (o is null || t is null) return Missing(thing, at);
        if (b is null && o != t)
        {
            return merger.Log.Open(MergeConflictKind.AddedByBoth, at, null, o, t,
                $"Both sides added the element {Name(thing)} to {place.ListName}, with different contents.");
        }

        if (ours.Renamed.Contains(thing) || theirs.Renamed.Contains(thing)) return MergeRenamed(thing, at);
        if (b != o && b != t && o != t && (ours.Doubtful.Contains(thing) || theirs.Doubtful.Contains(thing)))
        {
            return merger.Log.Open(MergeConflictKind.NotMatched, at, b, o, t,
                $"Both sides changed the element {Name(thing)} of {place.ListName}, and one of them may be another element.");
        }

        return merger.Merge(at, b, o, t, new(reading.Names, IsRecord: true));
    }

    /// <summary>Records an element that one side removed and the other changed or moved.</summary>
    private MergedJson.Open Missing(int thing, MergePath at)
    {
        var (b, o, t) = (things.BaseOf(thing), things.OursOf(thing), things.TheirsOf(thing));
        var (remover, other) = o is null ? (MergeSide.Ours, MergeSide.Theirs) : (MergeSide.Theirs, MergeSide.Ours);
        var isRenamed = ours.Renamed.Contains(thing) || theirs.Renamed.Contains(thing);
        var did = isRenamed ? "gave it another key" : (o ?? t) == b ? "moved it" : "changed it";
        return merger.Log.Open(MergeConflictKind.MissingTarget, at, b, o, t,
            $"{Names.Start(remover)} removed the element {Name(thing)} of {place.ListName}, {Names.Middle(other)} {did}.");
    }

    /// <summary>
    /// Merges an element that got another key. The element is merged as a whole, because two elements with different keys may not be the
    /// same.
    /// </summary>
    private MergedJson MergeRenamed(int thing, MergePath at)
    {
        var (b, o, t) = (things.BaseOf(thing), things.OursOf(thing), things.TheirsOf(thing));
        var (byOurs, byTheirs) = (ours.Renamed.Contains(thing), theirs.Renamed.Contains(thing));
        if (o == t)
        {
            merger.Log.Apply(at, SafeRule.SameChange);
            return new MergedJson.Taken(o!.Value);
        }

        if (b == t && !_movedByTheirs.Contains(thing)) return merger.Log.Take(at, o, MergeSide.Ours)!;
        if (b == o && !_movedByOurs.Contains(thing)) return merger.Log.Take(at, t, MergeSide.Theirs)!;
        var (renamer, other) = byOurs ? (MergeSide.Ours, MergeSide.Theirs) : (MergeSide.Theirs, MergeSide.Ours);
        var why = byOurs && byTheirs
            ? $"{Names.Start(MergeSide.Ours)} renamed the element {Name(thing)} of {place.ListName} to {Label(thing, MergeSide.Ours)}, "
              + $"{Names.Theirs} renamed it to {Label(thing, MergeSide.Theirs)}."
            : $"{Names.Start(renamer)} renamed the element {Name(thing)} of {place.ListName} to {Label(thing, renamer)}, "
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
            [], [.. o.Select(thing => things.OursOf(thing)!.Value)], [.. t.Select(thing => things.TheirsOf(thing)!.Value)]);
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
        foreach (var thing in o.Union(t).Union(b))
        {
            if (Content(thing, place.Element(at)) is not { } element) continue;
            index.Add(thing, elements.Count);
            elements.Add(element);
            at += Count(element);
        }

        Add(new MergedJson.Order(conflict, elements, [Indexes(b), Indexes(o), Indexes(t)]));

        int[] Indexes(List<int> order) => [.. order.Where(index.ContainsKey).Select(thing => index[thing])];
    }

    /// <summary>Returns an order with the things that the other side added, each after the thing that it follows there.</summary>
    private List<int> WithAdded(List<int> order, List<int> other)
    {
        var present = order.ToHashSet();
        var (behind, first) = (new Dictionary<int, List<int>>(), new List<int>());
        var last = first;
        foreach (var thing in other)
        {
            if (!things.IsInBase(thing) && !present.Contains(thing)) last.Add(thing);
            else if (!behind.TryGetValue(thing, out last)) behind.Add(thing, last = []);
        }

        return [.. first, .. order.SelectMany(thing => behind.TryGetValue(thing, out var after) ? [thing, .. after] : new[] { thing })];
    }

    private JsonPart Labels(List<int> order, MergeSide side) => JsonPart.ArrayOf(order.Select(thing => Label(thing, side)));

    private string Name(int thing) => Label(thing, MergeSide.Base).ToString() is { Length: <= 60 } name ? name : "with this content";

    /// <summary>Returns the key of an element, or the element itself if the array has no keys.</summary>
    private JsonPart Label(int thing, MergeSide side)
    {
        if (things.RunOf(thing) is { } run)
            return JsonPart.ArrayOf(side switch { MergeSide.Ours => run.Ours, MergeSide.Theirs => run.Theirs, _ => run.Base });
        var (b, o, t) = (things.BaseOf(thing), things.OursOf(thing), things.TheirsOf(thing));
        var value = (side switch { MergeSide.Ours => o ?? b ?? t, MergeSide.Theirs => t ?? b ?? o, _ => b ?? o ?? t })!.Value;
        if (reading.KeyNames.Length == 0) return value;
        var keys = new JsonPart?[reading.KeyNames.Length];
        value.Find(reading.KeyNames, keys);
        return keys is [{ } only] ? only : JsonPart.ArrayOf(keys.Select(key => key!.Value));
    }
}
