using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>
/// Merges arrays of numbers, booleans and nulls, which have no identity but their place. A short array that keeps its length is one value,
/// like a coordinate, a range or a color. Other arrays are merged like lines of a text, where changes that touch conflict.
/// </summary>
internal static class NumberMerge
{
    /// <summary>Numbers up to which an array is one value.</summary>
    private const int MaxTuple = 4;

    public static bool Applies(List<JsonPart> elements) => elements.TrueForAll(element => element is { IsScalar: true, IsString: false });

    public static MergedJson Merge(
        JsonMerger merger, MergePath place, (List<JsonPart> Base, List<JsonPart> Ours, List<JsonPart> Theirs) elements)
    {
        var (b, o, t) = elements;
        if (b.Count <= MaxTuple && b.Count == o.Count && b.Count == t.Count)
        {
            return merger.Log.Open(MergeConflictKind.ValueMismatch, place, JsonPart.ArrayOf(b), JsonPart.ArrayOf(o), JsonPart.ArrayOf(t),
                $"Both sides changed {place.ListName}. A short array of numbers is one value.");
        }

        var interner = new Interner(b.Count);
        int[] bs = Numbers(b), os = Numbers(o), ts = Numbers(t);
        var budget = new WorkBudget();
        var regions = SequenceMerge.Merge(bs, os, ts, interner.Count, merger.Options.Algorithm, budget);
        if (budget.IsSpent) return ArrayMerge.TooDifferent(merger, place, elements);
        return (MergedJson?)merger.Log.Try(() => new MergedJson.Array(Write(merger, place, elements, regions)), merged => Twins.Exist(merged, o, t))
            ?? ArrayMerge.AddedTwice(merger, place, elements);

        int[] Numbers(List<JsonPart> some) => [.. some.Select(element => interner.NumberOf(element.Bytes))];
    }

    private static List<MergedJson> Write(
        JsonMerger merger, MergePath place, (List<JsonPart> Base, List<JsonPart> Ours, List<JsonPart> Theirs) elements, List<MergeRegion> regions)
    {
        var (b, o, t) = elements;
        var merged = new List<MergedJson>();
        var index = 0;
        var (byOurs, byTheirs) = (false, false);
        foreach (var region in regions)
        {
            if (region.Part is MergePart.Conflict)
            {
                merged.Add(merger.Log.Open(MergeConflictKind.ValueMismatch, place.Element(index), Some(b, region.Base), Some(o, region.Ours),
                    Some(t, region.Theirs), $"Both sides changed the same elements of {place.ListName}, or elements that touch.", ConflictScope.Elements));
                index += region.Ours.Length;
                continue;
            }

            var (from, stretch) = region.Part is MergePart.Theirs ? (t, region.Theirs) : (o, region.Ours);
            if (region.Part is not MergePart.Common)
                merger.Log.Changes.Add(new(place.Element(index).ToString(), null, region.Part is MergePart.Theirs ? MergeSide.Theirs : MergeSide.Ours));
            (byOurs, byTheirs) = (byOurs || region.Part is MergePart.Ours, byTheirs || region.Part is MergePart.Theirs);
            if (region.Part is MergePart.Common && !Some(b, region.Base).Equals(Some(o, region.Ours))) merger.Log.Apply(place.Element(index), SafeRule.SameChange);
            merged.Add(new MergedJson.Run(from.GetRange(stretch.Start, stretch.Length)));
            index += stretch.Length;
        }

        if (byOurs && byTheirs) merger.Log.Apply(place, SafeRule.DifferentElements);
        return merged;
    }

    private static JsonPart Some(List<JsonPart> elements, Stretch some) => JsonPart.ArrayOf(elements.GetRange(some.Start, some.Length));
}
