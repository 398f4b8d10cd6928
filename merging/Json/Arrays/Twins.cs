using System.Buffers;
using Merging.Sequences;

namespace Merging.Json.Arrays;

/// <summary>Finds elements that a merged array has twice although each side has them once.</summary>
internal static class Twins
{
    /// <summary>
    /// Whether such elements exist, whichever side is chosen in conflicts. Both sides may then mean one element, which the result has at
    /// two places.
    /// </summary>
    public static bool Exist(MergedJson.Array merged, List<JsonPart> ours, List<JsonPart> theirs) =>
        Exist(merged, MergeSide.Ours, ours, theirs) || Exist(merged, MergeSide.Theirs, ours, theirs);

    private static bool Exist(MergedJson.Array merged, MergeSide chosen, List<JsonPart> ours, List<JsonPart> theirs)
    {
        var seen = new HashSet<ReadOnlyMemory<byte>>(ByteComparer.Instance);
        var twins = merged.Elements.SelectMany(element => Values(element, chosen)).Where(value => !seen.Add(value))
            .ToHashSet(ByteComparer.Instance);
        if (twins.Count == 0) return false;
        foreach (var twin in RepeatedIn(ours).Concat(RepeatedIn(theirs))) twins.Remove(twin);
        return twins.Count > 0;

        IEnumerable<ReadOnlyMemory<byte>> RepeatedIn(List<JsonPart> side) => side.Select(element => element.Bytes).Where(twins.Contains)
            .GroupBy(value => value, ByteComparer.Instance).Where(group => group.Count() > 1).Select(group => group.Key).ToList();
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Values(MergedJson element, MergeSide chosen) => element switch
    {
        MergedJson.Taken taken => [taken.Value.Bytes],
        MergedJson.Run run => run.Elements.Select(part => part.Bytes),
        MergedJson.Order order => order.Orders[(int)chosen].SelectMany(i => Values(order.Elements[i], chosen)),
        MergedJson.Open { Conflict: { Scope: ConflictScope.Elements } some } =>
            some[chosen] is { } elements ? new JsonPart(elements).Elements().Select(part => part.Bytes) : [],
        MergedJson.Open open => open.Conflict[chosen] is { } value ? [value] : [],
        _ => [Written(element, chosen)],
    };

    private static ReadOnlyMemory<byte> Written(MergedJson element, MergeSide chosen)
    {
        var json = new ArrayBufferWriter<byte>();
        element.Write(json, conflict => conflict[chosen], []);
        return json.WrittenMemory;
    }
}
