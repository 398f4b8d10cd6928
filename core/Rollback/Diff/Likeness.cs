using System.Runtime.InteropServices;
using System.Text.Json;

namespace Memento.Rollback;

/// <summary>Whether one value may be an edited form of another: they have at least half in common. Costs no more than reading both.</summary>
internal static class Likeness
{
    public static bool AreAlike(JsonElement x, JsonElement y)
    {
        if (x.ValueKind != y.ValueKind) return false;
        return x.ValueKind switch
        {
            JsonValueKind.Object => Members(x, y),
            JsonValueKind.Array => Elements(x, y),
            JsonValueKind.String => Ends(JsonMarshal.GetRawUtf8Value(x)[1..^1], JsonMarshal.GetRawUtf8Value(y)[1..^1]),
            _ => false,
        };
    }

    /// <summary>Half of the members of the larger object have the same value in the other.</summary>
    private static bool Members(JsonElement a, JsonElement b)
    {
        using var x = a.EnumerateObject();
        using var y = b.EnumerateObject();
        var (same, countX, countY) = (0, 0, 0);
        var (moreX, moreY) = (x.MoveNext(), y.MoveNext());
        while (moreX || moreY)
        {
            var order = !moreX ? 1 : !moreY ? -1 : Order(x.Current, y.Current);
            if (order == 0 && SameBytes.Are(x.Current.Value, y.Current.Value)) same++;
            if (order <= 0) (moreX, countX) = (x.MoveNext(), countX + 1);
            if (order >= 0) (moreY, countY) = (y.MoveNext(), countY + 1);
        }

        return same > 0 && same * 2 >= Math.Max(countX, countY);
    }

    private static int Order(JsonProperty x, JsonProperty y)
    {
        ReadOnlySpan<byte> a = JsonMarshal.GetRawUtf8PropertyName(x), b = JsonMarshal.GetRawUtf8PropertyName(y);
        return a.SequenceEqual(b) ? 0 : string.CompareOrdinal(x.Name, y.Name);
    }

    /// <summary>Half of the elements of the longer array are a common start or end.</summary>
    private static bool Elements(JsonElement a, JsonElement b)
    {
        JsonElement[] x = [.. a.EnumerateArray()], y = [.. b.EnumerateArray()];
        var (start, end, shorter) = (0, 0, Math.Min(x.Length, y.Length));
        while (start < shorter && SameBytes.Are(x[start], y[start])) start++;
        while (end < shorter - start && SameBytes.Are(x[^(end + 1)], y[^(end + 1)])) end++;
        return start + end > 0 && (start + end) * 2 >= Math.Max(x.Length, y.Length);
    }

    /// <summary>Half of the bytes of the longer text are a common start or end.</summary>
    private static bool Ends(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var (start, end, shorter) = (x.CommonPrefixLength(y), 0, Math.Min(x.Length, y.Length));
        while (end < shorter - start && x[^(end + 1)] == y[^(end + 1)]) end++;
        return start + end > 0 && (start + end) * 2 >= Math.Max(x.Length, y.Length);
    }
}
