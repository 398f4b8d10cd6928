using Merging.Sequences;

namespace Merging.Json;

/// <summary>
/// Finds items that moved from one array or object to another. Places are merged one by one, so an item that both sides moved would stand
/// twice, and an item that one side moved and the other removed or changed would stay.
/// </summary>
internal sealed class MovedItems
{
    private readonly JsonPart[] _versions;

    /// <summary>By item that left its place in both sides: how often the result may have it.</summary>
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _allowed;

    private readonly HashSet<int> _lengths;

    public MovedItems(JsonPart @base, JsonPart ours, JsonPart theirs, byte[][] keyNames)
    {
        _versions = [@base, ours, theirs];
        var suspects = Suspects(new LeftItems(@base, ours, keyNames), () => new LeftItems(@base, theirs, keyNames));
        _lengths = [.. suspects.Select(item => item.Length)];
        _allowed = suspects.ToDictionary(item => item, _ => 0, ByteComparer.Instance);
        if (suspects.Count == 0) return;

        // An item that stands several times in a version has no identity.
        var counts = Array.ConvertAll(_versions, version => Counts(note => Visit(version, isElement: false, note)));
        foreach (var item in suspects)
        {
            int[] found = [.. counts.Select(count => count.GetValueOrDefault(item))];
            if (found is [1, <= 1, <= 1]) _allowed[item] = Math.Max(0, found[1] + found[2] - 1);
            else _allowed.Remove(item);
        }
    }

    private static List<ReadOnlyMemory<byte>> Suspects(LeftItems ours, Func<LeftItems> ofTheirs)
    {
        if (ours.Gone.Count == 0) return [];
        var theirs = ofTheirs();
        return [.. ours.Gone.Where(item => theirs.Gone.Contains(item) && (ours.Came.Contains(item) || theirs.Came.Contains(item)))];
    }

    /// <summary>
    /// Returns the items that a merged value has too often, outside its conflicts, and for each the smallest place around it.
    /// </summary>
    public IEnumerable<(MergePath Place, JsonPart Item)> In(MergedJson merged)
    {
        if (_allowed.Count == 0) yield break;
        foreach (var (item, count) in Counts(note => Visit(merged, isElement: false, note)))
            if (count > _allowed[item]) yield return (PlaceOf(item), new(item));
    }

    private Dictionary<ReadOnlyMemory<byte>, int> Counts(Action<Action<ReadOnlyMemory<byte>>> visit)
    {
        var counts = new Dictionary<ReadOnlyMemory<byte>, int>(ByteComparer.Instance);
        visit(item =>
        {
            if (_lengths.Contains(item.Length) && _allowed.ContainsKey(item)) counts[item] = counts.GetValueOrDefault(item) + 1;
        });
        return counts;
    }

    private static void Visit(JsonPart value, bool isElement, Action<ReadOnlyMemory<byte>> note) =>
        Items.Visit(value, isElement, counts: _ => true, note);

    private static void Visit(MergedJson merged, bool isElement, Action<ReadOnlyMemory<byte>> note)
    {
        switch (merged)
        {
            case MergedJson.Taken taken: Visit(taken.Value, isElement, note); break;
            case MergedJson.Run run: run.Elements.ForEach(element => Visit(element, isElement: true, note)); break;
            case MergedJson.Array array: array.Elements.ForEach(element => Visit(element, isElement: true, note)); break;
            case MergedJson.Order order: order.Elements.ForEach(element => Visit(element, isElement: true, note)); break;
            case MergedJson.Object some:
                foreach (var (name, value) in some.Members)
                {
                    if (value is MergedJson.Taken { Value: { IsScalar: true } scalar }) note(new JsonMember(name, scalar).Written);
                    else Visit(value, isElement: false, note);
                }

                break;
        }
    }

    /// <summary>Returns the innermost object or array that has the item in all versions that have it.</summary>
    private MergePath PlaceOf(ReadOnlyMemory<byte> item)
    {
        var (place, values) = (MergePath.Root, _versions);
        while (true)
        {
            var members = Array.ConvertAll(values, value => value.Members());
            int[] counts = [.. values.Select(CountIn)];
            var name = members[0].Keys.FirstOrDefault(name => Enumerable.Range(0, values.Length).All(i =>
                members[i].TryGetValue(name, out var inner) && !inner.Value.IsScalar && !inner.Value.Bytes.Span.SequenceEqual(item.Span)
                && CountIn(inner.Value) == counts[i]));
            if (name is null) return place;
            (place, values) = (place.Member(name), Array.ConvertAll(members, some => some[name].Value));
        }

        int CountIn(JsonPart value) => Counts(note => Visit(value, isElement: false, note)).GetValueOrDefault(item);
    }
}
