using System.Globalization;

namespace Memento.Cli;

/// <summary>A column of lines: their numbers, their marks, and their text, which goes on below itself if it is too long.</summary>
/// <param name="Numbers">Width of each line number in cells; none if it is empty.</param>
/// <param name="TextWidth">Cells that are there for the text.</param>
internal sealed record DiffColumn(int[] Numbers, int TextWidth)
{
    /// <summary>With less room than this for the text, line numbers are left out.</summary>
    private const int LeastText = 16;

    public int Width => Gutter + TextWidth;

    private int Gutter => Numbers.Sum(width => width + 1) + 2;

    public static DiffColumn Of(int width, params int[] numbers)
    {
        var column = new DiffColumn(numbers, 0);
        if (width - column.Gutter < LeastText) column = new DiffColumn([], 0);
        return column with { TextWidth = Math.Max(1, width - column.Gutter) };
    }

    public List<List<Glyph>> Wrap(ShownLine? shown) => shown is null ? [] : [.. VisibleText.Wrap(shown.Glyphs, TextWidth)];

    /// <summary>Adds one of the lines that a long line became; blanks if there is none.</summary>
    /// <param name="numbers">As many as the column has; null = blank.</param>
    public void AddTo(DiffLines lines, ShownLine? shown, List<List<Glyph>> parts, int part, bool filled, params ReadOnlySpan<int?> numbers)
    {
        if (shown is null || part >= parts.Count)
        {
            lines.Add(filled ? new string(' ', Width) : "");
            return;
        }

        for (var i = 0; i < Numbers.Length; i++)
            lines.Add((part == 0 ? numbers[i]?.ToString(CultureInfo.InvariantCulture) ?? "" : "").PadLeft(Numbers[i]) + " ", DiffRendering.Faint);
        lines.Add(shown.Mark + " ", shown.Mark == '~' ? shown.Marked : shown.Plain);
        var used = lines.Add(parts[part], shown.Plain, shown.Marked);
        if (filled) lines.Add(new string(' ', Math.Max(0, TextWidth - used)));
    }
}
