using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Memento.Tests.Merging.Json;

/// <summary>The kind of elements that a generated list has.</summary>
/// <param name="Key">The member that identifies an element; null: there is none.</param>
internal sealed record ListShape(string Name, string? Key)
{
    private const string Inner = "in";

    public static readonly ListShape Keyed = new("keyed", "id");
    public static readonly ListShape Named = new("named", "name");
    public static readonly ListShape Nested = new("nested", "id");
    public static readonly ListShape Objects = new("objects", null);
    public static readonly ListShape Strings = new("strings", null);
    public static readonly ListShape Numbers = new("numbers", null);
    public static readonly ListShape Positions = new("positions", null);

    public static readonly ImmutableArray<ListShape> All = [Keyed, Named, Nested, Objects, Strings, Numbers, Positions];
    public static readonly ImmutableArray<ListShape> WithKey = [Keyed, Named, Nested];

    private bool IsObject => Key is not null || this == Objects;

    /// <summary>Makes an element.</summary>
    /// <param name="identity">Two elements of one identity are equal, or differ in their values only.</param>
    /// <param name="value">The other members follow from this number.</param>
    public ListItem Fresh(int origin, int identity, int value)
    {
        if (this == Strings) return ListItem.Of(origin, $"\"s{identity}\"");
        if (this == Numbers) return ListItem.Of(origin, $"{identity}");
        if (this == Positions) return ListItem.Of(origin, $"[{identity},{value % 3}]");

        var w = value / 3 % 4 is var number and < 3 ? $"{number}" : "null";
        var item = ListItem.Of(origin, Key is null ? ("run", $"\"r{identity}\"") : (Key, KeyOf(identity)), ("v", $"{value % 3}"), ("w", w));
        return this == Nested ? item.With(Inner, value % 2 == 0 ? "[]" : "[\"i0\",\"i1\",\"i2\"]") : item;
    }

    /// <summary>Changes one member, or the value itself.</summary>
    /// <param name="at">The member to change, and the place in a nested list.</param>
    public ListItem Changed(ListItem item, int at, int value)
    {
        if (this == Nested && at % 2 == 1 && item.Members.TryGetValue(Inner, out var list))
            return item.With(Inner, ChangedList(list, at, value));
        if (IsObject)
            return (at % 4) switch
            {
                0 or 1 => item.With("v", $"{value}"),
                2 => item.With("w", $"{value}"),
                _ => item.Members.ContainsKey("w") ? item.Without("w") : item.With("t", $"\"t{value}\""),
            };
        if (this != Positions) return Fresh(item.Origin, value, 0);
        var position = JsonNode.Parse(item.Json)!.AsArray();
        position[at % position.Count] = value;
        return ListItem.Of(item.Origin, position.ToJsonString());
    }

    /// <summary>Gives an element another identity and leaves the rest of it.</summary>
    public ListItem Renamed(ListItem item, int identity) =>
        Key is not null ? item.With(Key, KeyOf(identity))
        : this == Objects ? item.With("run", $"\"r{identity}\"")
        : Fresh(item.Origin, identity, 0);

    /// <summary>Makes an element anew: nothing but its key stays.</summary>
    public ListItem Anew(ListItem item, int value) =>
        Key is null ? Fresh(item.Origin, value, value) : ListItem.Of(item.Origin, (Key, item.Members[Key]), ("label", $"\"l{value}\""));

    public static string KeyOf(int identity) => $"\"k{identity}\"";

    /// <summary>The text that identifies an element: its key, or all of it.</summary>
    public string IdentityOf(ListItem item) => Key is null ? item.Json : item.Members[Key];

    public override string ToString() => Name;

    private static string ChangedList(string list, int at, int value)
    {
        var array = JsonNode.Parse(list)!.AsArray();
        if (array.Count > 0 && at % 3 == 0) array.RemoveAt(at % array.Count);
        else array.Insert(at % (array.Count + 1), $"i{value}");
        return array.ToJsonString();
    }
}
