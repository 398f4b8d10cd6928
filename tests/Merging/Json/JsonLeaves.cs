using System.Text.Json.Nodes;

namespace Memento.Tests.Merging.Json;

/// <summary>The parts of a generated document, as texts.</summary>
internal static class JsonLeaves
{
    private const string Wrapper = "list";

    /// <summary>Every scalar with the name of the member that it is in.</summary>
    public static IEnumerable<string> Of(string json) => Of("", JsonNode.Parse(json));

    /// <summary>The elements of the list.</summary>
    public static List<string> Elements(string json)
    {
        var root = JsonNode.Parse(json)!;
        var list = root is JsonObject ? root[Wrapper]! : root;
        return [.. list.AsArray().Select(JsonGen.Canonical)];
    }

    /// <summary>The members of an object; any other value is one member without a name.</summary>
    public static Dictionary<string, string> Members(string json) => JsonNode.Parse(json) switch
    {
        JsonObject members => members.ToDictionary(m => m.Key, m => JsonGen.Canonical(m.Value), StringComparer.Ordinal),
        var other => new(StringComparer.Ordinal) { [ListItem.Bare] = JsonGen.Canonical(other) },
    };

    private static IEnumerable<string> Of(string name, JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => Of(m.Key, m.Value)),
        JsonArray array => array.SelectMany(element => Of(name, element)),
        _ => [$"{name}={JsonGen.Canonical(node)}"],
    };
}
