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

    /// <summary>The same JSON with secrets masked, in place.</summary>
    public static JsonNode Of(JsonNode node) => Of(node, isSecret: false)!;

    /// <summary>The same text with secrets masked.</summary>
    public static string Of(string text) => Secret.Replace(text, found => found.ValueSpan.StartsWith("://", StringComparison.Ordinal) ? $"://{Mask}@" : Mask);

    private static JsonNode? Of(JsonNode? node, bool isSecret)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToArray()) Replace(value, Of(value, isSecret || IsSecret(name)), with => members[name] = with);
                return members;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++) Replace(items[i], Of(items[i], isSecret), with => items[i] = with);
                return items;
            case JsonValue text when text.TryGetValue<string>(out var said):
                return isSecret ? Mask : Of(said) is var masked && masked == said ? text : masked;
            default:
                return node;   // a number of tokens is none
        }

        static void Replace(JsonNode? before, JsonNode? after, Action<JsonNode?> set)
        {
            if (!ReferenceEquals(before, after)) set(after);
        }
    }

    private static bool IsSecret(string name)
    {
        var plain = string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        return plain.EndsWith("pwd", StringComparison.Ordinal) || Names.Any(word => plain.Contains(word, StringComparison.Ordinal));
    }
}
