using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Memento.Audit;

/// <summary>
/// Hides what looks like a secret: the texts under a name such as <c>password</c> or <c>apiKey</c>, and texts that are one by their form (keys of well-known services, tokens, passwords in addresses and
/// connection strings). A net, not a wall: a secret that looks like a word passes.
/// </summary>
public static class SecretMask
{
    /// <summary>What stands in place of a secret.</summary>
    public const string Mask = "***";

    private static readonly string[] Names =
        ["password", "passwd", "passphrase", "secret", "token", "apikey", "privatekey", "accesskey", "signingkey", "encryptionkey", "credential", "authorization", "connectionstring", "cookie"];

    // One pass in linear time, whatever the text.
    private static readonly Regex Secret = new("""
        -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----[^-]*(-----END\ [A-Z\ ]*PRIVATE\ KEY-----)?   # PEM (RFC 7468)
        | \beyJ[\w-]{8,}\.[\w-]+\.[\w-]*                                                    # JWT (RFC 7519)
        | \b(AKIA|ASIA)[A-Z0-9]{16}\b                                                       # AWS
        | \b(gh[pousr]_\w{20,} | github_pat_\w{20,} | glpat-[\w-]{16,} | xox[abeoprs]-[\w-]{10,} | sk-[\w-]{16,} | npm_\w{20,} | AIza[\w-]{30,})
        | (?i:\b(bearer|basic)\ +[\w.~+/=-]{8,})                                            # RFC 9110, 11.4
        | (?i:\b(password|pwd|passwd|secret|token|api[_-]?key|access[_-]?key)\b["']?\s*[=:]\s*["']?[^\s;,&"']+)
        | ://[^\s/:@]*:[^\s/@]+@                                                            # user information in an address (RFC 3986, 3.2.1)
        """, RegexOptions.NonBacktracking | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant);

    /// <summary>A copy with secrets masked. Of members of one name the last counts.</summary>
    public static JsonNode? Of(JsonText json)
    {
        using var document = JsonDocument.Parse(json.Text);
        return Of(document.RootElement, isSecret: false);
    }

    /// <inheritdoc cref="Of(JsonText)"/>
    public static JsonNode? Of(JsonNode node) => Of(new JsonText(node.ToJsonString(MementoJson.Default.Options)));

    /// <summary>The same text with secrets masked.</summary>
    public static string Of(string text) => Secret.Replace(text, found => found.ValueSpan.StartsWith("://", StringComparison.Ordinal) ? $"://{Mask}@" : Mask);

    private static JsonNode? Of(JsonElement value, bool isSecret)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in value.EnumerateObject()) members[member.Name] = Of(member.Value, isSecret || IsSecret(member.Name));
                return members;
            case JsonValueKind.Array:
                return new JsonArray([.. value.EnumerateArray().Select(item => Of(item, isSecret))]);
            case JsonValueKind.String:
                return isSecret ? Mask : Of(value.GetString()!);
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(value.Clone());   // a number of tokens is none
        }
    }

    private static bool IsSecret(string name)
    {
        var plain = string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        return plain.EndsWith("pwd", StringComparison.Ordinal) || Names.Any(word => plain.Contains(word, StringComparison.Ordinal));
    }
}
