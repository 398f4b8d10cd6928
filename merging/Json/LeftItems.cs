using Merging.Sequences;

namespace Merging.Json;

/// <summary>The items that one side took from their places, and the items that the side put at places.</summary>
internal sealed class LeftItems
{
    /// <summary>Bytes below which members with a scalar value are equal by chance.</summary>
    private const int ShortMember = 10;

    /// <summary>The weight from which a part of an item is an item of its own.</summary>
    private const double HeavyPart = 16;

    private readonly Items _items;
    private readonly byte[][] _keyNames;

    public LeftItems(JsonPart @base, JsonPart side, byte[][] keyNames)
    {
        (_items, _keyNames) = (new(keyNames), keyNames);
        Compare(@base, side);
    }

    public Dictionary<ReadOnlyMemory<byte>, ItemKind> Gone { get; } = new(ByteComparer.Instance);

    public HashSet<ReadOnlyMemory<byte>> Came { get; } = new(ByteComparer.Instance);

    /// <summary>Compares the two versions of a value. A value that only changed did not leave its place.</summary>
    private void Compare(JsonPart before, JsonPart after)
    {
        if (before == after) return;
        if (before.IsObject && after.IsObject) CompareMembers(before.Members(), after.Members());
        else if (before.IsArray && after.IsArray) CompareElements(before.Elements(), after.Elements());
        else
        {
            NoteGone(before, isElement: false);
            NoteCame(after, isElement: false);
        }
    }

    private void CompareMembers(Dictionary<string, JsonMember> before, Dictionary<string, JsonMember> after)
    {
        foreach (var (name, member) in before)
        {
            if (after.TryGetValue(name, out var later)) Compare(member.Value, later.Value);
            else if (!member.Value.IsScalar) NoteGone(member.Value, isElement: false);
            else if (Counts(member)) Gone[member.Written] = ItemKind.Member;
        }

        foreach (var (name, member) in after)
        {
            if (before.ContainsKey(name)) continue;
            if (!member.Value.IsScalar) NoteCame(member.Value, isElement: false);
            else if (Counts(member)) Came.Add(member.Written);
        }
    }

    /// <summary>Compares elements wherever they stand: equal ones stayed in the array, those with the same key changed.</summary>
    private void CompareElements(List<JsonPart> before, List<JsonPart> after)
    {
        var (gone, came) = Differences(before, after);
        var (byKey, later) = (ByKey(gone), ByKey(came));
        foreach (var (key, element) in byKey)
            if (element is { } one && later.GetValueOrDefault(key) is { } other) Compare(one, other);
        foreach (var element in gone.Where(element => !IsPaired(element))) NoteGone(element, isElement: true);
        foreach (var element in came.Where(element => !IsPaired(element))) NoteCame(element, isElement: true);

        bool IsPaired(JsonPart element) =>
            KeyOf(element) is { } key && byKey.GetValueOrDefault(key) is not null && later.GetValueOrDefault(key) is not null;
    }

    /// <summary>Returns the elements that only one version has. Numbers, booleans and null do not count.</summary>
    private static (List<JsonPart> Gone, List<JsonPart> Came) Differences(List<JsonPart> before, List<JsonPart> after)
    {
        var (gone, came, surplus) = (new List<JsonPart>(), new List<JsonPart>(), new Dictionary<JsonPart, int>());
        var (left, right) = (Counting(before, after), Counting(after, before));
        foreach (var element in right) surplus[element] = surplus.GetValueOrDefault(element) + 1;
        foreach (var element in left)
        {
            if (surplus.GetValueOrDefault(element) is > 0 and var count) surplus[element] = count - 1;
            else gone.Add(element);
        }

        foreach (var element in right)
        {
            if (surplus[element] == 0) continue;
            surplus[element]--;
            came.Add(element);
        }

        return (gone, came);

        // Most elements stay where they are. Leaving them out here saves most of the hashing.
        static List<JsonPart> Counting(List<JsonPart> some, List<JsonPart> other) =>
            [.. some.Where((element, i) => (element.IsString || !element.IsScalar) && !(i < other.Count && element == other[i]))];
    }

    /// <summary>Returns the elements by their keys; null for a key that several elements have.</summary>
    private Dictionary<(int, JsonPart), JsonPart?> ByKey(List<JsonPart> elements)
    {
        var byKey = new Dictionary<(int, JsonPart), JsonPart?>();
        foreach (var element in elements)
            if (KeyOf(element) is { } key && !byKey.TryAdd(key, element)) byKey[key] = null;
        return byKey;
    }

    private (int, JsonPart)? KeyOf(JsonPart element)
    {
        var found = new JsonPart?[_keyNames.Length];
        element.Find(_keyNames, found);
        for (var i = 0; i < found.Length; i++)
            if (found[i] is { IsScalar: true } key) return (i, key);
        return null;
    }

    /// <summary>
    /// Notes an item that a side took away. A small part of the item stands elsewhere by chance, unless the part has the key of its object.
    /// </summary>
    private void NoteGone(JsonPart value, bool isElement) => _items.Visit(value, isElement, lengths: null, (kind, item) =>
    {
        var isPart = kind is ItemKind.Container or ItemKind.Text && item.Length < value.Bytes.Length;
        if (kind is not ItemKind.Member && !(isPart && Similarity.Weight(new(item)) < HeavyPart)) Gone[item] = kind;
    });

    private void NoteCame(JsonPart value, bool isElement) => _items.Visit(value, isElement, lengths: null, (_, item) => Came.Add(item));

    /// <summary>Whether a member with a scalar value tells something.</summary>
    private static bool Counts(JsonMember member) =>
        (member.Value.IsString || member.Value.IsNumber) && member.Written.Length >= ShortMember;
}
