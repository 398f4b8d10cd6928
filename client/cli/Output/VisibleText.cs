using System.Globalization;
using System.Text;
using Memento.Rollback;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>A character as it stands on the terminal.</summary>
/// <param name="Width">In terminal cells.</param>
/// <param name="IsMarked">It belongs to a changed piece.</param>
/// <param name="IsRemark">It is not in the line: it says something about it.</param>
internal readonly record struct Glyph(string Text, int Width, bool IsMarked, bool IsRemark = false);

/// <summary>A line of a diff as a person can see it: tabs have a width, and nothing is invisible that a terminal would obey or hide.</summary>
internal static class VisibleText
{
    private const int TabWidth = 4;

    /// <param name="differs">The line is not the same on both sides. Then white space at its end, and what is marked, is made visible.</param>
    /// <param name="remark">What to add after the text; may be empty.</param>
    public static List<Glyph> Of(DiffLine line, bool differs, string remark)
    {
        var glyphs = new List<Glyph>(line.Text.Length + remark.Length);
        var (column, span, end) = (0, 0, line.Text.AsSpan().TrimEnd(" \t").Length);
        for (var at = 0; at < line.Text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(line.Text, at);
            while (span < line.Changed.Length && line.Changed[span].Start + line.Changed[span].Length <= at) span++;
            var marked = span < line.Changed.Length && line.Changed[span].Start <= at;
            var text = Shown(line.Text.Substring(at, length), column, isBlankShown: differs && at >= end);
            foreach (var part in text) glyphs.Add(new(part, part.GetCellWidth(), marked));
            column += text.Sum(part => part.GetCellWidth());
            at += length;
        }

        foreach (var c in remark) glyphs.Add(new(c.ToString(), 1, IsMarked: false, IsRemark: true));
        return glyphs;
    }

    /// <summary>Parts of at most <paramref name="width"/> cells; at least one, which may be empty.</summary>
    public static IEnumerable<List<Glyph>> Wrap(List<Glyph> glyphs, int width)
    {
        var (start, used) = (0, 0);
        for (var i = 0; i < glyphs.Count; i++)
        {
            if (i > start && used + glyphs[i].Width > width)
            {
                yield return glyphs[start..i];
                (start, used) = (i, 0);
            }

            used += glyphs[i].Width;
        }

        yield return glyphs[start..];
    }

    /// <summary>One character, as one or several that can be told apart and have a width.</summary>
    private static string[] Shown(string element, int column, bool isBlankShown)
    {
        var c = element[0];
        if (c == '\t')
        {
            var cells = TabWidth - column % TabWidth;
            return [isBlankShown ? "→" : " ", .. Enumerable.Repeat(" ", cells - 1)];
        }

        if (c == ' ') return [isBlankShown ? "·" : element];
        if (element.Length > 1)
        {
            var isShown = !element.EnumerateRunes().Any(TerminalText.IsEscaped);
            return isShown ? [element] : [.. string.Concat(element.EnumerateRunes().Select(Named)).Select(part => part.ToString())];
        }

        return char.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.Control when c < ' ' => [((char)('\u2400' + c)).ToString()],   // The pictures of control characters are in the same order.
            UnicodeCategory.Control when c == '\u007F' => ["\u2421"],
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator =>
                [.. Name(c).Select(part => part.ToString())],
            _ => [element],
        };

        static string Named(Rune rune) => TerminalText.IsEscaped(rune) ? Name(rune.Value) : rune.ToString();

        static string Name(int codePoint) => $"‹U+{codePoint:X4}›";
    }
}
