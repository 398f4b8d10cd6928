using System.Globalization;
using System.Text;

namespace Memento.Rollback;

/// <summary>The pieces of a line, in order and without gaps.</summary>
internal static class Tokens
{
    private const int FirstEastAsian = 0x2E80;

    /// <summary>Runs of letters, digits and underscores, runs of white space, and single other characters. East Asian scripts have no spaces: each of their letters is a word.</summary>
    public static List<string> Words(string line)
    {
        var tokens = new List<string>();
        for (var start = 0; start < line.Length;)
        {
            var end = start;
            if (RunAt(line, start) is not { } isSpace)
            {
                end += StringInfo.GetNextTextElementLength(line, start);
            }
            else
            {
                while (end < line.Length && RunAt(line, end) == isSpace) end += char.IsSurrogatePair(line, end) ? 2 : 1;
            }

            tokens.Add(line[start..end]);
            start = end;
        }

        return tokens;
    }

    /// <summary>Characters as people see them: an emoji, or a letter with its accents, is one.</summary>
    public static List<string> Characters(string line)
    {
        var tokens = new List<string>(line.Length);
        for (var start = 0; start < line.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(line, start);
            tokens.Add(line.Substring(start, length));
            start += length;
        }

        return tokens;
    }

    public static bool IsSpace(string token) => char.IsWhiteSpace(token[0]);

    /// <summary>Which run goes on here: true = white space, false = a word, null = none.</summary>
    private static bool? RunAt(string line, int at)
    {
        if (char.IsAsciiLetterOrDigit(line[at]) || line[at] is '_') return false;
        if (line[at] is ' ') return true;
        if (!Rune.TryGetRuneAt(line, at, out var rune)) return null;
        if (Rune.IsWhiteSpace(rune)) return true;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.OtherLetter => rune.Value >= FirstEastAsian ? null : false,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.ConnectorPunctuation => false,
            _ => Rune.IsLetterOrDigit(rune) ? false : null,
        };
    }
}
