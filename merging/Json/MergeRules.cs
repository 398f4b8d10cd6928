namespace Merging.Json;

/// <summary>Finds the rules that fit a place.</summary>
internal sealed class MergeRules
{
    private readonly (JsonMergeRule Rule, string[]? Pattern)[] _rules;

    public MergeRules(JsonMergeOptions options) =>
        _rules = [.. options.Rules.Select(rule => (rule, rule.Path is { } path ? Tokens(path) : null))];

    /// <summary>Returns the rule that says how the value at a place is read; null if there is none.</summary>
    public JsonMergeRule? ReadingAt(MergePath place)
    {
        foreach (var (rule, pattern) in _rules)
        {
            var saysReading = rule.As is not null || !rule.Key.IsDefaultOrEmpty;
            if (saysReading && (pattern is null || place.Fits(pattern, orBelow: false))) return rule;
        }

        return null;
    }

    /// <summary>Returns the rule that says how a conflict at a place is settled; null if there is none.</summary>
    public JsonMergeRule? SettlingAt(MergePath place)
    {
        foreach (var (rule, pattern) in _rules)
            if (rule.Strategy is not null && (pattern is null || place.Fits(pattern, orBelow: true))) return rule;
        return null;
    }

    private static string[] Tokens(string pointer) => pointer.Length == 0 ? [] : [.. pointer[1..].Split('/').Select(Unescaped)];

    private static string Unescaped(string token) =>
        token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
