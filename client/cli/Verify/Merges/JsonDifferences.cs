using System.Globalization;
using System.Text.Json;

namespace Memento.Cli.Verify.Merges;

/// <summary>Finds where two JSON values differ.</summary>
internal static class JsonDifferences
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = CanonicalJson.MaxDepth + 2 };

    /// <summary>
    /// Returns the first places where two values in canonical form differ, as JSON Pointers, in the order of the document.
    /// If an array has elements added or removed, the place is the first element that differs.
    /// </summary>
    /// <param name="max">Number of places to find.</param>
    public static List<string> Find(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other, int max)
    {
        using var left = JsonDocument.Parse(one, Options);
        using var right = JsonDocument.Parse(other, Options);
        var found = new List<string>();
        Compare(JsonPointer.Root, left.RootElement, right.RootElement, found, max);
        return found;
    }

    /// <summary>The JSON at a place; null if there is none.</summary>
    public static string? At(ReadOnlyMemory<byte> json, string pointer)
    {
        using var document = JsonDocument.Parse(json, Options);
        var here = document.RootElement;
        foreach (var token in JsonPointer.Parse(pointer).Tokens)
        {
            if (Inner(here, token) is not { } inner) return null;
            here = inner;
        }

        return here.GetRawText();
    }

    private static JsonElement? Inner(JsonElement json, string token)
    {
        if (json.ValueKind is JsonValueKind.Object) return json.TryGetProperty(token, out var member) ? member : null;
        if (json.ValueKind is not JsonValueKind.Array) return null;
        var isIndex = int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index);
        return isIndex && index < json.GetArrayLength() ? json[index] : null;
    }

    private static void Compare(JsonPointer place, JsonElement one, JsonElement other, List<string> found, int max)
    {
        if (found.Count >= max || one.GetRawText() == other.GetRawText()) return;
        if (one.ValueKind != other.ValueKind) found.Add(place.ToString());
        else if (one.ValueKind is JsonValueKind.Object) CompareMembers(place, one, other, found, max);
        else if (one.ValueKind is JsonValueKind.Array) CompareElements(place, one, other, found, max);
        else found.Add(place.ToString());
    }

    private static void CompareMembers(JsonPointer place, JsonElement one, JsonElement other, List<string> found, int max)
    {
        var (left, right) = (Members(one), Members(other));
        foreach (var name in left.Keys.Union(right.Keys).Order(StringComparer.Ordinal))
        {
            if (found.Count >= max) return;
            var inner = place.Append(name);
            if (left.TryGetValue(name, out var mine) && right.TryGetValue(name, out var theirs)) Compare(inner, mine, theirs, found, max);
            else found.Add(inner.ToString());
        }
    }

    private static void CompareElements(JsonPointer place, JsonElement one, JsonElement other, List<string> found, int max)
    {
        var (left, right) = (one.EnumerateArray().ToList(), other.EnumerateArray().ToList());
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            var inner = place.Append(i.ToString(CultureInfo.InvariantCulture));
            if (i < left.Count && i < right.Count && left[i].GetRawText() == right[i].GetRawText()) continue;
            if (left.Count == right.Count) Compare(inner, left[i], right[i], found, max);
            else
            {
                found.Add(inner.ToString());
                return;
            }
        }
    }

    private static Dictionary<string, JsonElement> Members(JsonElement json) =>
        json.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
}
