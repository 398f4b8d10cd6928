using Merging.Sequences;

namespace Merging.Json;

/// <summary>
/// Finds items that moved from one array or object to another. Places are merged one by one, so an item that both sides moved would stand
/// twice, and an item that one side moved and the other removed or changed would stay.
/// </summary>
internal sealed class MovedItems
{
    private readonly Items _items;
    private readonly JsonPart[] _versions;

    /// <summary>By item that left its place in both sides: how often the result may have it.</summary>
    private readonly Dictionary<ReadOnlyMemory<byte>, int> _allowed;

    private readonly HashSet<int> _lengths;

    public MovedItems(JsonPart @base, JsonPart ours, JsonPart theirs, byte[][] keyNames)
    {
        (_items, _versions) = (new(keyNames), [@base, ours, theirs]);
        var suspects = Suspects(new LeftItems(@base, ours, keyNames), () => new LeftItems(@base, theirs, keyNames));
        _lengths = [.. suspects.Select(suspect => suspect.Item.Length)];
        _allowed = suspects.ToDictionary(suspect => suspect.Item, _ => 0, ByteComparer.Instance);
        if (suspects.Count == 0) return;

        var counts = Array.ConvertAll(_versions, version => Counts(version, isElement: false));
        foreach (var (item, kind) in suspects)
        {
            int[] found = [.. counts.Select(count => count.GetValueOrDefault(item))];
            if (Allowed(kind, found[0], found[1], found[2]) is { } allowed) _allowed[item] = allowed;
            else _allowed.Remove(item);
        }
    }

    /// <summary>
    /// Returns the items that a merged value has too often, and for each the smallest place around it. Items that a conflict shows in all
    /// versions do not count.
    /// </summary>
    public IEnumerable<(MergePath Place, JsonPart Item)> In(MergedJson merged)
    {
        if (_allowed.Count == 0) return [];
        var counts = new Dictionary<ReadOnlyMemory<byte>, int>(ByteComparer.Instance);
        Count(merged, isElement: false, counts);
        var found = counts.Where(pair => pair.Value > _allowed[pair.Key]).Select(pair => pair.Key).ToHashSet(ByteComparer.Instance);
        return found.Count == 0 ? [] : ItemPlaces.Of(found, _versions, _items).Select(pair => (pair.Value, new JsonPart(pair.Key)));
    }

    private static List<(ReadOnlyMemory<byte> Item, ItemKind Kind)> Suspects(LeftItems ours, Func<LeftItems> ofTheirs)
    {
        if (ours.Gone.Count == 0) return [];
        var theirs = ofTheirs();
        return [.. from pair in ours.Gone
                   where theirs.Gone.ContainsKey(pair.Key) && (ours.Came.Contains(pair.Key) || theirs.Came.Contains(pair.Key))
                   select (pair.Key, pair.Value)];
    }

    /// <summary>
    /// Returns how often the result may have an item, from the counts in the versions: both sides' additions and removals are applied, the
    /// same removal once. Null if nothing can be said: values that stand several times have no identity.
    /// </summary>
    private static int? Allowed(ItemKind kind, int inBase, int inOurs, int inTheirs)
    {
        if (kind is ItemKind.Container or ItemKind.Text && (inBase != 1 || inOurs > 1 || inTheirs > 1)) return null;
        var (byOurs, byTheirs) = (inOurs - inBase, inTheirs - inBase);
        return inBase + (byOurs < 0 && byTheirs < 0 ? Math.Max(byOurs, byTheirs) : byOurs + byTheirs);
    }

    private Dictionary<ReadOnlyMemory<byte>, int> Counts(JsonPart? value, bool isElement)
    {
        var counts = new Dictionary<ReadOnlyMemory<byte>, int>(ByteComparer.Instance);
        if (value is { } some) Count(some, isElement, counts);
        return counts;
    }

    private void Count(JsonPart value, bool isElement, Dictionary<ReadOnlyMemory<byte>, int> counts) =>
        _items.Visit(value, isElement, _lengths, (_, item) =>
        {
            if (_allowed.ContainsKey(item)) counts[item] = counts.GetValueOrDefault(item) + 1;
        });

    private void Count(MergedJson merged, bool isElement, Dictionary<ReadOnlyMemory<byte>, int> counts)
    {
        switch (merged)
        {
            case MergedJson.Taken taken: Count(taken.Value, isElement, counts); break;
            case MergedJson.Run run: run.Elements.ForEach(element => Count(element, isElement: true, counts)); break;
            case MergedJson.Array array: array.Elements.ForEach(element => Count(element, isElement: true, counts)); break;
            case MergedJson.Order order: order.Elements.ForEach(element => Count(element, isElement: true, counts)); break;
            case MergedJson.Open open: Count(open.Conflict, isElement, counts); break;
            case MergedJson.Object some:
                var (scalars, others) = (new List<JsonMember>(), new List<MergedJson>());
                foreach (var (name, value) in some.Members)
                {
                    if (value is MergedJson.Taken { Value: { IsScalar: true } scalar }) scalars.Add(new(name, scalar));
                    else others.Add(value);
                }

                Count(JsonPart.ObjectOf(scalars), isElement: false, counts);
                others.ForEach(value => Count(value, isElement: false, counts));
                break;
        }
    }

    private void Count(MergeConflict conflict, bool isElement, Dictionary<ReadOnlyMemory<byte>, int> counts)
    {
        // A conflict over one value shows that one side lacks an item. One over added elements does not, because they are independent.
        var areElements = conflict.Scope is ConflictScope.Elements;
        var inBase = Counts(Of(conflict.Base), isElement);
        var (inOurs, inTheirs) = (Counts(Of(conflict.Ours), isElement), Counts(Of(conflict.Theirs), isElement));
        foreach (var item in inOurs.Keys.Union(inTheirs.Keys, ByteComparer.Instance))
        {
            if (inBase.ContainsKey(item)) continue;
            var count = Math.Max(inOurs.GetValueOrDefault(item), inTheirs.GetValueOrDefault(item));
            counts[item] = counts.GetValueOrDefault(item) + (areElements ? count : Math.Min(count, _allowed[item]));
        }

        static JsonPart? Of(ReadOnlyMemory<byte>? value) => value is { } bytes ? new(bytes) : null;
    }
}
