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

    public static MergedJson Merge(JsonMerger merger, MergePath place, ArrayVersions elements)
    {
        var (b, o, t) = elements;
        if (b.Count <= MaxTuple && b.Count == o.Count && b.Count == t.Count)
        {
            return merger.Log.Open(MergeConflictKind.ValueMismatch, place, elements,
                $"Both sides changed {place.ListName}. A short array of numbers is one value.");
        }

        var interner = new Interner(b.Count);
        int[] bs = Numbers(b), os = Numbers(o), ts = Numbers(t);
        int[] backB = [.. bs.Reverse()], backO = [.. os.Reverse()], backT = [.. ts.Reverse()];
        var regions = Regions(merger, bs, os, ts, interner.Count);
        var backwards = Regions(merger, backB, backO, backT, interner.Count);
        if (merger.Budget.IsSpent) return ArrayMerge.TooDifferent(merger, place, elements);
        var isCertain = IsClean(backwards) && Merged(regions, os, ts).SequenceEqual(Merged(backwards, backO, backT).Reverse());
        if (IsClean(regions) && !isCertain)
        {
            return merger.Log.Open(MergeConflictKind.NotMatched, place, elements,
                $"Both sides changed {place.ListName}. Several of its elements are equal, and nothing says which of them were changed.");
        }

        return ArrayMerge.WithoutTwins(merger, place, elements, () => new(Write(merger, place, elements, regions)));

        int[] Numbers(List<JsonPart> some) => [.. some.Select(element => interner.NumberOf(element.Bytes))];
    }

    /// <summary>
    /// The merged parts, which are the same whichever side is ours: of several ways to see a change, both orders choose one.
    /// </summary>
    private static List<MergeRegion> Regions(JsonMerger merger, int[] b, int[] o, int[] t, int distinct)
    {
        if (o.AsSpan().SequenceCompareTo(t) <= 0) return SequenceMerge.Merge(b, o, t, distinct, DiffAlgorithm.Histogram, merger.Budget);
        return [.. SequenceMerge.Merge(b, t, o, distinct, DiffAlgorithm.Histogram, merger.Budget).Select(region => new MergeRegion(
            region.Part switch { MergePart.Ours => MergePart.Theirs, MergePart.Theirs => MergePart.Ours, var part => part },
            region.Base, region.Theirs, region.Ours))];
    }

    private static bool IsClean(List<MergeRegion> regions) => regions.TrueForAll(region => region.Part is not MergePart.Conflict);

    private static int[] Merged(List<MergeRegion> regions, int[] ours, int[] theirs) => [.. regions.SelectMany(region =>
        region.Part is MergePart.Theirs
            ? theirs.Skip(region.Theirs.Start).Take(region.Theirs.Length)
            : ours.Skip(region.Ours.Start).Take(region.Ours.Length))];

    private static List<MergedJson> Write(JsonMerger merger, MergePath place, ArrayVersions elements, List<MergeRegion> regions)
    {
        var merged = new List<MergedJson>();
        var index = 0;
        var (byOurs, byTheirs) = (false, false);
        foreach (var region in regions)
        {
            var at = place.Element(index);
            var part = new ArrayVersions(
                Some(elements.Base, region.Base), Some(elements.Ours, region.Ours), Some(elements.Theirs, region.Theirs));
            if (region.Part is MergePart.Conflict)
            {
                merged.Add(merger.Log.Open(MergeConflictKind.ValueMismatch, at, part,
                    $"Both sides changed the same elements of {place.ListName}, or elements that touch.", ConflictScope.Elements));
                index += part.Ours.Count;
                continue;
            }

            if (region.Part is MergePart.Ours) merger.Log.Change(at, MergeSide.Ours);
            else if (region.Part is MergePart.Theirs) merger.Log.Change(at, MergeSide.Theirs);
            else if (!part.Base.SequenceEqual(part.Ours)) merger.Log.Apply(at, SafeRule.SameChange);
            byOurs |= region.Part is MergePart.Ours;
            byTheirs |= region.Part is MergePart.Theirs;
            var taken = region.Part is MergePart.Theirs ? part.Theirs : part.Ours;
            merged.Add(new MergedJson.Run(taken));
            index += taken.Count;
        }

        if (byOurs && byTheirs) merger.Log.Apply(place, SafeRule.DifferentElements);
        return merged;
    }

    private static List<JsonPart> Some(List<JsonPart> elements, IndexRange some) => elements.GetRange(some.Start, some.Length);
}
