using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>Random documents in canonical form, and random edits of them: what an editor does, and what none would.</summary>
internal static class DiffGen
{
    private static readonly string[] Names = ["", "id", "name", "a", "b", "~", "/", "a/b~1", "ü", "\uE000", "🦀", "0", "1", "*", "\u0001\n\"\\", "tags", "<&>"];

    private static readonly Gen<object?> Scalar = Gen.OneOf<object?>(
        Gen.Const((object?)null), Gen.Bool.Select(x => (object?)x), Gen.Int[-2, 5].Select(x => (object?)x), Gen.OneOf("", "x", "y", "~/", "ü🦀", "\"\\\n\u007f", "a text that is long enough to be followed").Select(x => (object?)x));

    public static readonly Gen<object?> Value = Gen.Recursive<object?>((depth, self) => depth > 3 ? Scalar : Gen.Frequency(
        (3, Scalar),
        (3, self.List[0, 5].Select(x => (object?)x)),
        (2, Gen.Select(Gen.Int[0, 30].HashSet[0, 6], self.List[6], (ids, values) => (object?)ids.Select((id, i) => (object?)Object([("id", id), ("v", values[i])])).ToList())),
        (4, Gen.Select(Gen.OneOf(Names), self).List[0, 5].Select(x => (object?)Object(x)))));

    /// <summary>Each edit is a kind, a place and an argument, all taken modulo what there is.</summary>
    public static readonly Gen<(object? Before, object? After)> Edited = Gen.Select(Value, Gen.Select(Gen.Int[0, 6], Gen.Int[0, 1000], Gen.Int[0, 1000], Value).List[0, 12], (before, edits) =>
    {
        var after = Copy(before);
        foreach (var (kind, place, argument, value) in edits) after = Edit(after, kind, place, argument, value);
        return (before, after);
    });

    /// <summary>The members in order, the last of each name.</summary>
    public static SortedDictionary<string, object?> Object(IEnumerable<(string Name, object? Value)> members)
    {
        var made = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in members) made[name] = value;
        return made;
    }

    public static byte[] Canonical(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The canonical form of JSON that is written with plain numbers.</summary>
    public static byte[] Canonical(string json)
    {
        using var document = JsonDocument.Parse(json, new() { MaxDepth = 1000 });
        return Canonical(Model(document.RootElement));
    }

    /// <summary>Compares, and holds what every exact delta must hold.</summary>
    public static JsonDelta Exact(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, DiffOptions? options = null)
    {
        var delta = JsonDiff.Compare(before, after, options);
        Assert.True(delta.IsComplete);
        Leads(delta, before, after);
        Leads(delta.Invert(), after, before);
        Assert.Equal(delta.Changes, delta.Invert().Invert().Changes);
        return delta;
    }

    private static void Leads(JsonDelta delta, ReadOnlyMemory<byte> from, ReadOnlyMemory<byte> to)
    {
        var applied = delta.Apply(from);
        Assert.Null(applied.Refusal);
        if (!applied.Document.Span.SequenceEqual(to.Span)) Assert.Equal(Encoding.UTF8.GetString(to.Span), Encoding.UTF8.GetString(applied.Document.Span));
    }

    private static object? Model(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Object(element.EnumerateObject().Select(member => (member.Name, Model(member.Value)))),
        JsonValueKind.Array => element.EnumerateArray().Select(Model).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetDecimal(),
        JsonValueKind.Null => null,
        var kind => kind is JsonValueKind.True,
    };

    private static void Write(StringBuilder text, object? value)
    {
        if (value is List<object?> elements)
        {
            text.Append('[');
            foreach (var element in elements) Write(text.Append(text[^1] == '[' ? "" : ","), element);
            text.Append(']');
        }
        else if (value is SortedDictionary<string, object?> members)
        {
            text.Append('{');
            var first = true;
            foreach (var (name, member) in members)
            {
                WriteText(text.Append(first ? "" : ","), name);
                Write(text.Append(':'), member);
                first = false;
            }

            text.Append('}');
        }
        else if (value is string s) WriteText(text, s);
        else text.Append(value switch { null => "null", bool b => b ? "true" : "false", _ => Convert.ToString(value, CultureInfo.InvariantCulture) });
    }

    private static void WriteText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
            text.Append(c switch { '"' => "\\\"", '\\' => "\\\\", '\n' => "\\n", < ' ' => $"\\u{(int)c:x4}", _ => c.ToString() });
        text.Append('"');
    }

    private static object? Copy(object? value) => value switch
    {
        List<object?> elements => elements.Select(Copy).ToList(),
        SortedDictionary<string, object?> members => Object(members.Select(member => (member.Key, Copy(member.Value)))),
        _ => value,
    };

    private static object? Edit(object? document, int kind, int place, int argument, object? value)
    {
        var containers = new List<object>();
        Collect(document);
        if (containers.Count == 0) return value;
        var target = containers[place % containers.Count];
        var other = containers[argument % containers.Count];
        var elements = target as List<object?>;
        var members = target as SortedDictionary<string, object?>;
        var count = elements?.Count ?? members!.Count;
        var name = Names[argument % Names.Length];
        if (count == 0 || kind == 0)
        {
            elements?.Insert(argument % (count + 1), value);
            if (members is not null) members[name] = value;
            return document;
        }

        var at = argument % count;
        var key = members?.ElementAt(at).Key;
        var taken = Copy(elements is not null ? elements[at] : members![key!]);
        if (kind is 1 or 2 or 3)
        {
            elements?.RemoveAt(at);
            members?.Remove(key!);
        }

        if (kind is 2 or 5) (elements ?? (object)members!).Put(taken, place, Names[place % Names.Length]);
        else if (kind == 3) other.Put(taken, place, name);
        else if (kind == 4) elements?.Reverse();
        else if (kind == 6 && elements is not null) elements[at] = value;
        else if (kind == 6) members![key!] = value;
        return document;

        void Collect(object? node)
        {
            if (node is List<object?> list) { containers.Add(list); list.ForEach(Collect); }
            else if (node is SortedDictionary<string, object?> map) { containers.Add(map); foreach (var child in map.Values) Collect(child); }
        }
    }

    private static void Put(this object container, object? value, int at, string name)
    {
        if (container is List<object?> elements) elements.Insert(at % (elements.Count + 1), value);
        else ((SortedDictionary<string, object?>)container)[name] = value;
    }
}
