using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>Merges arrays that are sets: equal elements are one, and the order means nothing.</summary>
internal static class SetMerge
{
    public static MergedJson Merge(JsonMerger merger, MergePath place, ArrayVersions elements)
    {
        var (b, o, t) = (Distinct(elements.Base), Distinct(elements.Ours), Distinct(elements.Theirs));
        var (inBase, inOurs, inTheirs) = (Set(b), Set(o), Set(t));
        var merged = b.Where(element => inOurs.Contains(element.Bytes) && inTheirs.Contains(element.Bytes)).ToList();
        var added = o.Concat(t.Where(element => !inOurs.Contains(element.Bytes))).Where(element => !inBase.Contains(element.Bytes));

        // The order means nothing. Sorting makes the result independent of which side is ours.
        merged.AddRange(added.OrderBy(element => element.ToString(), StringComparer.Ordinal));
        merger.Log.Apply(place, SafeRule.Set);
        merger.Log.Change(place, MergeSide.Ours);
        merger.Log.Change(place, MergeSide.Theirs);
        return new MergedJson.Array([new MergedJson.Run(merged)]);
    }

    private static HashSet<ReadOnlyMemory<byte>> Set(List<JsonPart> elements) =>
        new(elements.Select(element => element.Bytes), ByteComparer.Instance);

    private static List<JsonPart> Distinct(List<JsonPart> elements) =>
        [.. elements.DistinctBy(element => element.Bytes, ByteComparer.Instance)];
}
