using Merging.Sequences;

namespace Merging.Json;

/// <summary>
/// Finds things that moved from one array or object to another. Places are merged one by one, so a thing that both sides moved would stand
/// twice, and a thing that one side moved and the other removed or changed would stay.
/// </summary>
internal sealed class MovedThings
{
    private readonly JsonPart[] _versions;

    /// <summary>By thing that left its place in both sides: how often the result may have it.</summary>
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _allowed;

    private readonly HashSet<int> _lengths;

    public MovedThings(JsonPart @base, JsonPart ours, JsonPart theirs, byte[][] keyNames)
    {
        _versions = [@base, ours, theirs];
        var suspects = Suspects(new LeftThings(@base, ours, keyNames), () => new LeftThings(@base, theirs, keyNames));
        _lengths = [.. suspects.Select(thing => thing.Length)];
        _allowed = suspects.ToDictionary(thing => thing, _ => 0, ByteComparer.Instance);
        if (suspects.Count == 0) return;

        // A thing that stands several times in a version has no identity.
        var counts = Array.ConvertAll(_versions, version => Counts(note => Visit(version, isElement: false, note)));
        foreach (var thing in suspects)
        {
            int[] found = [.. counts.Select(count => count.GetValueOrDefault(thing))];
            if (found is [1, <= 1, <= 1]) _allowed[thing] = Math.Max(0, found[1] + found[2] - 1);
            else _allowed.Remove(thing);
        }
    }

    private static List<ReadOnlyMemory<byte>> Suspects(LeftThings ours, Func<LeftThings> ofTheirs)
    {
        if (ours.Gone.Count == 0) return [];
        var theirs = ofTheirs();
        return [.. ours.Gone.Where(thing => theirs.Gone.Contains(thing) && (ours.Came.Contains(thing) || theirs.Came.Contains(thing)))];
    }

    /// <summary>Returns the things that a merged value has too often, outside its conflicts, and for each the smallest place around it.</summary>
    public IEnumerable<(MergePath Place, JsonPart Thing)> In(MergedJson merged)
    {
        if (_allowed.Count == 0) yield break;
        foreach (var (thing, count) in Counts(note => Visit(merged, isElement: false, note)))
            if (count > _allowed[thing]) yield return (PlaceOf(thing), new(thing));
    }

    private Dictionary<ReadOnlyMemory<byte>, int> Counts(Action<Action<ReadOnlyMemory<byte>>> visit)
    {
        var counts = new Dictionary<ReadOnlyMemory<byte>, int>(ByteComparer.Instance);
        visit(thing =>
        {
            if (_lengths.Contains(thing.Length) && _allowed.ContainsKey(thing)) counts[thing] = counts.GetValueOrDefault(thing) + 1;
        });
        return counts;
    }

    private static void Visit(JsonPart value, bool isElement, Action<ReadOnlyMemory<byte>> note) =>
        Things.Visit(value, isElement, counts: _ => true, note);

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

    /// <summary>Returns the innermost object or array that has the thing in all versions that have it.</summary>
    private MergePath PlaceOf(ReadOnlyMemory<byte> thing)
    {
        var (place, values) = (MergePath.Root, _versions);
        while (true)
        {
            var members = Array.ConvertAll(values, value => value.Members());
            int[] counts = [.. values.Select(CountIn)];
            var name = members[0].Keys.FirstOrDefault(name => Enumerable.Range(0, values.Length).All(i =>
                members[i].TryGetValue(name, out var inner) && !inner.Value.IsScalar && !inner.Value.Bytes.Span.SequenceEqual(thing.Span)
                && CountIn(inner.Value) == counts[i]));
            if (name is null) return place;
            (place, values) = (place.Member(name), Array.ConvertAll(members, some => some[name].Value));
        }

        int CountIn(JsonPart value) => Counts(note => Visit(value, isElement: false, note)).GetValueOrDefault(thing);
    }
}
