namespace Merging.Json.Arrays;

/// <summary>How an array is read.</summary>
/// <param name="KeyNames">The members that identify elements; empty if elements are matched by content.</param>
/// <param name="IsSet">Whether the order means nothing.</param>
/// <param name="Names">The members by which elements may name themselves.</param>
internal sealed record ArrayReading(byte[][] KeyNames, bool IsSet, byte[][] Names);

/// <summary>Merges what became of each element, and records the conflicts over single elements.</summary>
internal sealed class ElementContents(
    JsonMerger merger, MergePath place, ArrayItems items, SideMatch ours, SideMatch theirs, ArrayReading reading)
{
    /// <summary>UTF-16 code units up to which the label of an element stands in a sentence.</summary>
    private const int MaxLabelLength = 60;

    private readonly HashSet<int> _movedByOurs = reading.IsSet ? [] : Moves.Of(ours);
    private readonly HashSet<int> _movedByTheirs = reading.IsSet ? [] : Moves.Of(theirs);

    private SideNames Names => merger.Log.Names;

    /// <summary>Whether a side moved an element.</summary>
    public bool IsMoved(int item, MergeSide by) => (by is MergeSide.Ours ? _movedByOurs : _movedByTheirs).Contains(item);

    /// <summary>Whether a side moved any element.</summary>
    public bool AnyMoved(MergeSide by) => (by is MergeSide.Ours ? _movedByOurs : _movedByTheirs).Count > 0;

    /// <summary>Merges an item of the array; null if the result lacks the item.</summary>
    public MergedJson? Merge(int item, MergePath at)
    {
        if (items.RunOf(item) is { } run) return MergeRun(run, at);
        var (b, o, t) = (items.BaseOf(item), items.OursOf(item), items.TheirsOf(item));
        if (b is null && t is null) return merger.Log.Take(at, o, MergeSide.Ours);
        if (b is null && o is null) return merger.Log.Take(at, t, MergeSide.Theirs);
        if (o is null || t is null) return Missing(item, at);
        if (b is null && o != t)
        {
            return merger.Log.Open(MergeConflictKind.AddedByBoth, at, null, o, t,
                $"Both sides added {Element(item)} to {place.ListName}, with different contents.");
        }

        if (ours.Renamed.Contains(item) || theirs.Renamed.Contains(item)) return MergeRenamed(item, at);
        if (b != o && b != t && o != t && (ours.Doubtful.Contains(item) || theirs.Doubtful.Contains(item)))
        {
            return merger.Log.Open(MergeConflictKind.NotMatched, at, b, o, t,
                $"Both sides changed {Element(item)} of {place.ListName}, and one of them may be another element.");
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
            $"{Names.Start(remover)} removed {Element(item)} of {place.ListName}, {Names.Middle(other)} {did}.");
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
        if (byOurs && byTheirs && Label(item, MergeSide.Ours) == Label(item, MergeSide.Theirs))
            return merger.Merge(at, b, o, t, new(reading.Names, IsRecord: true))!;
        var (renamer, other) = byOurs ? (MergeSide.Ours, MergeSide.Theirs) : (MergeSide.Theirs, MergeSide.Ours);
        var why = byOurs && byTheirs
            ? $"{Names.Start(MergeSide.Ours)} renamed {Element(item)} of {place.ListName} to {Label(item, MergeSide.Ours)}, "
              + $"{Names.Theirs} renamed it to {Label(item, MergeSide.Theirs)}."
            : $"{Names.Start(renamer)} renamed {Element(item)} of {place.ListName} to {Label(item, renamer)}, "
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

    /// <summary>Names an element in a sentence. A long label is left out, because the conflict shows the element.</summary>
    private string Element(int item) =>
        Label(item, MergeSide.Base).ToString() is { Length: <= MaxLabelLength } label ? $"the element {label}" : "an element";

    /// <summary>Returns the key of an element, or the element itself if the array has no keys.</summary>
    public JsonPart Label(int item, MergeSide side)
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
