using System.Text.Json;
using Merging.Sequences;

namespace Merging.Json;

/// <summary>
/// Measures how much of two values is the same, from 0 to 1. Parts are weighted: a long string counts more than a number or a boolean,
/// and null and empty values count nothing.
/// </summary>
internal static class Similarity
{
    /// <summary>Similarity from which one value may be an edited form of the other.</summary>
    public const double Alike = 0.5;

    private const int MaxDepth = 8;

    /// <summary>Bytes below which a string is a name rather than a text. Common beginnings of names mean nothing.</summary>
    private const int ShortString = 16;

    /// <summary>Bytes up to which the length of a string counts, so that one long text does not outweigh all other members.</summary>
    private const int LongString = 32;

    public static bool AreAlike(JsonPart x, JsonPart y) => Of(x, y) >= Alike;

    /// <summary>Returns the share of both values that is common; 0 if the types differ.</summary>
    /// <param name="counts">Whether a member of the outermost objects counts; null = all do.</param>
    public static double Of(JsonPart x, JsonPart y, Func<JsonMember, bool>? counts = null)
    {
        if (x == y) return 1;
        if (x.Type != y.Type) return 0;
        var (common, all) = Weigh(x, y, 0, counts ?? (_ => true));
        return all == 0 ? 0 : common / all;
    }

    private static (double Common, double All) Weigh(JsonPart x, JsonPart y, int depth, Func<JsonMember, bool> counts)
    {
        if (x == y) return (Weight(x), Weight(x));
        if (x.Type != y.Type || depth == MaxDepth) return (0, Math.Max(Weight(x), Weight(y)));
        return x.Type switch
        {
            "object" => Members(x, y, depth, counts),
            "array" => Elements(x.Elements(), y.Elements(), depth),
            "string" => Strings(x.Bytes.Span[1..^1], y.Bytes.Span[1..^1]),
            _ => (0, Math.Max(Weight(x), Weight(y))),
        };
    }

    private static (double Common, double All) Members(JsonPart x, JsonPart y, int depth, Func<JsonMember, bool> counts)
    {
        var (common, all) = (0.0, 0.0);
        var others = y.MemberList().ToDictionary(m => m.Name, m => m, ByteComparer.Instance);
        foreach (var member in x.MemberList())
        {
            var found = others.Remove(member.Name, out var other);
            if (depth == 0 && !counts(member)) continue;
            var (c, a) = found ? Weigh(member.Value, other.Value, depth + 1, counts) : (0, Weight(member.Value));
            (common, all) = (common + c, all + a);
        }

        foreach (var member in others.Values)
            if (depth > 0 || counts(member)) all += Weight(member.Value);
        return (common, all);
    }

    /// <summary>Weighs elements that both arrays have, wherever they stand. The other elements are compared in their order.</summary>
    private static (double Common, double All) Elements(List<JsonPart> x, List<JsonPart> y, int depth)
    {
        var counts = new Dictionary<ReadOnlyMemory<byte>, int>(ByteComparer.Instance);
        foreach (var element in x) counts[element.Bytes] = counts.GetValueOrDefault(element.Bytes) + 1;
        var (common, all, onlyInY) = (0.0, 0.0, new List<JsonPart>());
        foreach (var element in y)
        {
            if (counts.GetValueOrDefault(element.Bytes) is var count && count == 0)
            {
                onlyInY.Add(element);
                continue;
            }

            counts[element.Bytes] = count - 1;
            var weight = Weight(element);
            (common, all) = (common + weight, all + weight);
        }

        var next = 0;
        foreach (var element in x)
        {
            if (counts[element.Bytes] == 0) continue;
            counts[element.Bytes]--;
            var (c, a) = next < onlyInY.Count ? Weigh(element, onlyInY[next++], depth + 1, _ => true) : (0, Weight(element));
            (common, all) = (common + c, all + a);
        }

        for (; next < onlyInY.Count; next++) all += Weight(onlyInY[next]);
        return (common, all);
    }

    private static (double Common, double All) Strings(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var shorter = Math.Min(x.Length, y.Length);
        double weight = Math.Min(Math.Max(x.Length, y.Length), LongString);
        if (shorter < ShortString) return (0, weight);
        var start = x.CommonPrefixLength(y);
        var end = 0;
        while (end < shorter - start && x[^(end + 1)] == y[^(end + 1)]) end++;
        return (weight * (start + end) / Math.Max(x.Length, y.Length), weight);
    }

    /// <summary>Returns the weight of a value: the bytes of its strings and numbers, less for numbers.</summary>
    public static double Weight(JsonPart value)
    {
        var weight = 0.0;
        var reader = new Utf8JsonReader(value.Bytes.Span);
        while (reader.Read())
            weight += reader.TokenType switch
            {
                JsonTokenType.String => Math.Min(reader.ValueSpan.Length, LongString),
                JsonTokenType.Number => Math.Min(reader.ValueSpan.Length, 4) / 2.0,
                JsonTokenType.True or JsonTokenType.False => 0.5,
                _ => 0,
            };
        return weight;
    }
}
