using System.Buffers;
using System.Globalization;
using System.Text;

namespace Memento.Cli;

/// <summary>
/// Escapes characters that a terminal obeys or hides: control characters, and characters that turn, mark or break text invisibly. The
/// form <c>\u202E</c> is also the one that JSON has for such a character inside a string.
/// </summary>
internal static class TerminalText
{
    /// <summary>The joiners, which are invisible, but which some scripts and emoji need inside of words.</summary>
    private const int ZeroWidthNonJoiner = 0x200C, ZeroWidthJoiner = 0x200D;

    /// <summary>Whether the character is escaped. Tabs and line ends are control characters too.</summary>
    public static bool IsEscaped(Rune character) => Rune.GetUnicodeCategory(character) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => character.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner),
        _ => false,
    };

    /// <summary>Escapes all such characters but tabs and line ends. Halves of surrogate pairs are escaped too.</summary>
    public static string Escape(string text)
    {
        if (Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\0', '\u001F') && !text.Contains('\u007F')) return text;
        var escaped = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var isWhole = Rune.DecodeFromUtf16(text.AsSpan(at), out var character, out var length) is OperationStatus.Done;
            var isLayout = text[at] is '\t' or '\n' || text.AsSpan(at).StartsWith("\r\n");
            Append(escaped, text.AsSpan(at, length), isEscaped: !isWhole || (!isLayout && IsEscaped(character)));
            at += length;
        }

        return escaped.ToString();
    }

    private static void Append(StringBuilder to, ReadOnlySpan<char> character, bool isEscaped)
    {
        if (!isEscaped)
        {
            to.Append(character);
            return;
        }

        foreach (var unit in character) to.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
    }
}
