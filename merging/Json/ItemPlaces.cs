using System.Collections.Immutable;
using Merging.Sequences;

namespace Merging.Json;

/// <summary>Finds the innermost object or array that has an item in all versions.</summary>
internal sealed class ItemPlaces
{
    private readonly HashSet<ReadOnlyMemory<byte>> _wanted;
    private readonly HashSet<int> _lengths;
    private readonly Items _items;
    private readonly Dictionary<ReadOnlyMemory<byte>, ImmutableList<string>> _places = new(ByteComparer.Instance);

    private ItemPlaces(HashSet<ReadOnlyMemory<byte>> wanted, Items items) =>
        (_wanted, _lengths, _items) = (wanted, [.. wanted.Select(item => item.Length)], items);

    /// <summary>Returns the places by item. A place inside of an array is the array.</summary>
    public static Dictionary<ReadOnlyMemory<byte>, MergePath> Of(
        HashSet<ReadOnlyMemory<byte>> wanted, IEnumerable<JsonPart> versions, Items items)
    {
        var places = new ItemPlaces(wanted, items);
        foreach (var version in versions) places.Locate(version, []);
        return places._places.ToDictionary(
            pair => pair.Key, pair => pair.Value.Aggregate(MergePath.Root, (at, name) => at.Member(name)), ByteComparer.Instance);
    }

    private void Locate(JsonPart value, ImmutableList<string> path)
    {
        if (!value.IsObject)
        {
            _items.Visit(value, isElement: false, _lengths, (_, item) => Note(item, path));
            return;
        }

        var members = value.MemberList();
        _items.Visit(JsonPart.ObjectOf(members.Where(member => member.Value.IsScalar)), isElement: false, _lengths, (_, item) => Note(item, path));
        foreach (var member in members.Where(member => !member.Value.IsScalar))
        {
            Note(member.Value.Bytes, path);
            Locate(member.Value, path.Add(member.Text));
        }
    }

    private void Note(ReadOnlyMemory<byte> item, ImmutableList<string> path)
    {
        if (!_wanted.Contains(item)) return;
        _places[item] = _places.TryGetValue(item, out var known) ? Common(known, path) : path;
    }

    private static ImmutableList<string> Common(ImmutableList<string> one, ImmutableList<string> other)
    {
        var length = 0;
        while (length < Math.Min(one.Count, other.Count) && one[length] == other[length]) length++;
        return one.GetRange(0, length);
    }
}
