using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Memento.Rollback;

/// <summary>Which elements of two arrays belong together.</summary>
/// <param name="OfBefore">For each element before, its partner after; -1 = deleted.</param>
/// <param name="OfAfter">For each element after, its partner before; -1 = created.</param>
/// <param name="Stays">For each element after that has a partner: it kept its order among the others that stay. If not, it moved.</param>
internal readonly record struct ArrayMatch(int[] OfBefore, int[] OfAfter, bool[] Stays)
{
    public static ArrayMatch Empty(int before, int after)
    {
        var match = new ArrayMatch(new int[before], new int[after], new bool[after]);
        Array.Fill(match.OfBefore, -1);
        Array.Fill(match.OfAfter, -1);
        return match;
    }

    public void Pair(int before, int after, bool stays) => (OfBefore[before], OfAfter[after], Stays[after]) = (after, before, stays);
}

/// <summary>Matches the elements of arrays, by id where they have one, else by content.</summary>
internal sealed class ArrayMatcher(ImmutableArray<string> idNames)
{
    private readonly byte[][] ids = [.. idNames.Select(Encoding.UTF8.GetBytes)];

    public ArrayMatch Match(ReadOnlySpan<JsonElement> x, ReadOnlySpan<JsonElement> y)
    {
        var match = ArrayMatch.Empty(x.Length, y.Length);
        if (x.IsEmpty || y.IsEmpty) return match;
        if (SameOrder(x, y))
        {
            for (var i = 0; i < x.Length; i++) match.Pair(i, i, stays: true);
            return match;
        }

        foreach (var name in ids)
            if (TryMatchById(x, y, name, match)) return match;

        ContentMatcher.Match(x, y, match, DifferentIds);
        return match;
    }

    /// <summary>The id of an element, if it is an object that has one of the names as text or number.</summary>
    private bool TryGetId(JsonElement element, out JsonElement id)
    {
        foreach (var name in ids)
            if (TryGetId(element, name, out id)) return true;
        id = default;
        return false;
    }

    private static bool TryGetId(JsonElement element, byte[] name, out JsonElement id)
    {
        id = default;
        return element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number;
    }

    /// <summary>Whether two elements name themselves differently, so that one did not become the other.</summary>
    private bool DifferentIds(JsonElement x, JsonElement y) => TryGetId(x, out var a) && TryGetId(y, out var b) && !SameBytes.Are(a, b);

    /// <summary>The common case, found without a table: nothing came, went or moved.</summary>
    private bool SameOrder(ReadOnlySpan<JsonElement> x, ReadOnlySpan<JsonElement> y)
    {
        if (x.Length != y.Length) return false;
        for (var i = 0; i < x.Length; i++)
            if (!SameBytes.Are(x[i], y[i]) && !(TryGetId(x[i], out var a) && TryGetId(y[i], out var b) && SameBytes.Are(a, b))) return false;
        return true;
    }

    private static bool TryMatchById(ReadOnlySpan<JsonElement> x, ReadOnlySpan<JsonElement> y, byte[] name, ArrayMatch match)
    {
        if (Index(x, name) is not { } before || Index(y, name) is not { } after) return false;

        var partners = new List<(int Before, int After)>(Math.Min(x.Length, y.Length));
        for (var i = 0; i < x.Length; i++)
            if (TryGetId(x[i], name, out var id) && after.TryGetValue(id, out var j)) partners.Add((i, j));
        CommonOrder.Stay(partners, match);
        return true;
    }

    /// <summary>Elements by their id; null unless each has one of its own.</summary>
    private static Dictionary<JsonElement, int>? Index(ReadOnlySpan<JsonElement> elements, byte[] name)
    {
        if (!TryGetId(elements[0], name, out _)) return null;
        var index = new Dictionary<JsonElement, int>(elements.Length, SameBytes.Comparer);
        for (var i = 0; i < elements.Length; i++)
            if (!TryGetId(elements[i], name, out var id) || !index.TryAdd(id, i)) return null;
        return index;
    }
}
