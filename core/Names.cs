using System.Globalization;

namespace Memento;

/// <summary>The rule for names that users give to agents, workspaces, sessions, entities and documents.</summary>
public static class Names
{
    /// <summary>Longest name, in UTF-16 code units.</summary>
    public const int MaxLength = 256;

    private const char Replacement = '\uFFFD';

    /// <summary>What is wrong with a name, or null. The rule: 1–256 printable characters, not only white space, and not <c>.</c> or <c>..</c>, which URLs swallow.</summary>
    public static string? Problem(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "must not be empty";
        if (name.Length > MaxLength) return $"has {name.Length} characters; at most {MaxLength} are allowed";
        if (!name.AsSpan().ContainsAnyExceptInRange('!', '~') && name[0] != '.') return null;   // nearly every name
        if (name is "." or "..") return $"must not be \"{name}\"";
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsSurrogatePair(name, i)) { i++; continue; }
            if (name[i] == Replacement) return $"has U+FFFD at position {i}, which stands for bytes that were no UTF-8";
            if (!IsPrintable(name[i])) return $"has the unprintable character U+{(int)name[i]:X4} at position {i}";
        }

        return string.IsNullOrWhiteSpace(name) ? "must not be only white space" : null;
    }

    /// <summary>The name, if it is one. Throws <c>VALIDATION_FAILED</c> with the field otherwise.</summary>
    public static string Check(string field, string? name) => Problem(name) is { } problem ? throw new MementoException(Refusal.Invalid(field, problem)) : name!;

    /// <summary>Marks that turn the direction of writing around would let one name look like another. Other invisible ones are part of scripts and emoji.</summary>
    private static bool IsPrintable(char c) => c is >= ' ' and <= '~' || c is not (>= '\u202A' and <= '\u202E') and not (>= '\u2066' and <= '\u2069') && char.GetUnicodeCategory(c) is not
        (UnicodeCategory.Control or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);
}
