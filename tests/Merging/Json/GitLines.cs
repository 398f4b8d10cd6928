using System.Text.Json.Nodes;

namespace Memento.Tests.Merging.Json;

/// <summary>JSON as git sees it best: one token a line.</summary>
internal static class GitLines
{
    private const string Marker = "<<<<<<<";

    public static string Of(string json) => string.Concat(Tokens(JsonNode.Parse(json)).Select(token => token + "\n"));

    public static bool HasConflict(string merged) =>
        merged.StartsWith(Marker, StringComparison.Ordinal) || merged.Contains("\n" + Marker, StringComparison.Ordinal);

    private static IEnumerable<string> Tokens(JsonNode? node) => node switch
    {
        JsonObject members => ["{", .. members.OrderBy(m => m.Key, StringComparer.Ordinal).SelectMany((m, i) => Member(i, m)), "}"],
        JsonArray array => ["[", .. array.SelectMany((element, i) => After(i, Tokens(element))), "]"],
        _ => [JsonGen.Canonical(node)],
    };

    private static IEnumerable<string> Member(int index, KeyValuePair<string, JsonNode?> member) =>
        After(index, [$"\"{member.Key}\"", ":", .. Tokens(member.Value)]);

    private static IEnumerable<string> After(int index, IEnumerable<string> tokens) => index == 0 ? tokens : tokens.Prepend(",");
}
