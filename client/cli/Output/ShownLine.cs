using Memento.Rollback;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>A line of a diff on its way to the screen.</summary>
/// <param name="Mark">Tells without colour what the line is: <c>-</c>, <c>+</c>, <c>~</c> or a blank.</param>
internal sealed record ShownLine(char Mark, List<Glyph> Glyphs, Style Plain, Style Marked)
{
    private static readonly Style Old = new(Color.Red), New = new(Color.Green), End = new(Color.Yellow);

    /// <summary>The left side of a row.</summary>
    public static ShownLine Before(DiffRow row) => row.Kind switch
    {
        DiffRowKind.Same => Equal(row.Left!),
        DiffRowKind.LineEnd => new('~', VisibleText.Of(row.Left!, true, Remark(row.Left!.End)), Style.Plain, End),
        _ => new('-', VisibleText.Of(row.Left!, true, Remark(row.Left!, row.Right)), Old, Strong(Old)),
    };

    /// <summary>The right side of a row.</summary>
    public static ShownLine After(DiffRow row) => row.Kind switch
    {
        DiffRowKind.Same => Equal(row.Right!),
        DiffRowKind.LineEnd => new('~', VisibleText.Of(row.Right!, true, Remark(row.Right!.End)), Style.Plain, End),
        _ => new('+', VisibleText.Of(row.Right!, true, Remark(row.Right!, row.Left)), New, Strong(New)),
    };

    /// <summary>Both sides of a row whose text is the same.</summary>
    public static ShownLine Both(DiffRow row) => row.Kind is DiffRowKind.LineEnd
        ? new('~', VisibleText.Of(row.Right!, true, $" ({Name(row.Left!.End)} → {Name(row.Right!.End)})"), Style.Plain, End)
        : Equal(row.Right!);

    private static ShownLine Equal(DiffLine line) => new(' ', VisibleText.Of(line, false, ""), Style.Plain, Style.Plain);

    private static Style Strong(Style style) => new(style.Foreground, decoration: Decoration.Bold | Decoration.Underline);

    private static string Remark(DiffLine line, DiffLine? other) => line.End is LineEnding.None || other is not null && other.End != line.End ? Remark(line.End) : "";

    private static string Remark(LineEnding end) => $" ({Name(end)})";

    private static string Name(LineEnding end) => end switch { LineEnding.None => "no line end", LineEnding.Lf => "LF", _ => "CRLF" };
}
