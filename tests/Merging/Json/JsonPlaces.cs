using System.Globalization;
using System.Text.Json.Nodes;

namespace Memento.Tests.Merging.Json;

/// <summary>Places in JSON values, as JSON Pointers.</summary>
internal static class JsonPlaces
{
    /// <summary>Whether the value around a place is there, and could hold it: an index may be the end of its array.</summary>
    public static bool HasParent(JsonNode? root, string path)
    {
        if (path.Length == 0) return true;
        var tokens = path.Split('/')[1..];
        var parent = root;
        foreach (var token in tokens[..^1])
            if (!TryGo(parent, token, out parent)) return false;
        return parent switch
        {
            JsonObject => true,
            JsonArray array => TryIndex(tokens[^1], out var index) && index <= array.Count,
            _ => false,
        };
    }

    private static bool TryGo(JsonNode? parent, string token, out JsonNode? child)
    {
        child = null;
        switch (parent)
        {
            case JsonObject members:
                return members.TryGetPropertyValue(Unescaped(token), out child);
            case JsonArray array when TryIndex(token, out var index) && index < array.Count:
                child = array[index];
                return true;
            default:
                return false;
        }
    }

    private static string Unescaped(string token) =>
        token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static bool TryIndex(string token, out int index) =>
        int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out index);
}
