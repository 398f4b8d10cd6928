using Spectre.Console;
using Spectre.Console.Rendering;

namespace Memento.Cli;

/// <summary>A column of a list.</summary>
/// <param name="Heading">Never broken.</param>
/// <param name="Cell">What stands in it.</param>
/// <param name="Least">How narrow it may get, in terminal cells; null = it is never broken: ids, to be copied, times and numbers.</param>
/// <param name="IsNumber">Aligned to the right.</param>
/// <param name="CanGo">Left out when the terminal is too narrow for all; the last such column goes first.</param>
internal sealed record Column<T>(string Heading, Func<T, Text> Cell, int? Least = null, bool IsNumber = false, bool CanGo = false);

/// <summary>
/// How lists look: ruled on a terminal, bare columns in a file or a pipe. A terminal that is too narrow for the table gets fewer columns,
/// and one that is too narrow for those gets a few lines per item.
/// </summary>
internal static class Listing
{
    /// <param name="block">Writes one item as lines, for a terminal that is too narrow for any table.</param>
    public static void Write<T>(Terminal terminal, IReadOnlyList<T> items, ReadOnlySpan<Column<T>> columns, Action<T> block)
    {
        if (!terminal.OutIsTerminal)
        {
            Tables.Write(terminal, Table(items, columns, TableBorder.None, null));
            return;
        }

        if (Fitting(terminal, items, columns) is { } table) Tables.Write(terminal, table);
        else foreach (var item in items) block(item);
    }

    /// <summary>The table, with as many columns as the terminal is wide enough for; null if it is too narrow for any table.</summary>
    public static Table? Fitting<T>(Terminal terminal, IReadOnlyList<T> items, ReadOnlySpan<Column<T>> columns)
    {
        var options = RenderOptions.Create(terminal.OutConsole, terminal.OutConsole.Profile.Capabilities);
        Column<T>[] shown = [.. columns];
        while (true)
        {
            if (Widths(items, shown, options, terminal.OutConsole.Profile.Width) is { } widths) return Table(items, shown, TableBorder.Horizontal, widths);
            var goes = Array.FindLastIndex(shown, c => c.CanGo);
            if (goes < 0) return null;
            shown = [.. shown[..goes], .. shown[(goes + 1)..]];
        }
    }

    private static Table Table<T>(IReadOnlyList<T> items, ReadOnlySpan<Column<T>> columns, TableBorder border, int[]? widths)
    {
        var table = new Table { Border = border };
        for (var i = 0; i < columns.Length; i++)
        {
            var column = new TableColumn(new Text(columns[i].Heading, new Style(decoration: Decoration.Bold))) { Width = widths?[i] };
            if (widths is null || columns[i].Least is null) column.NoWrap();
            table.AddColumn(columns[i].IsNumber ? column.RightAligned() : column);
        }

        foreach (var item in items)
        {
            var row = new IRenderable[columns.Length];
            for (var i = 0; i < row.Length; i++) row[i] = columns[i].Cell(item);
            table.AddRow(row);
        }

        return table;
    }

    /// <summary>How wide each column is when all fit into a line, or null if they do not.</summary>
    private static int[]? Widths<T>(IReadOnlyList<T> items, Column<T>[] columns, RenderOptions options, int line)
    {
        // A rule's end on both sides, a gap between columns, and a blank on each side of a cell.
        var left = line - (3 * columns.Length + 1);
        var (widths, wanted) = (new int[columns.Length], new int[columns.Length]);
        for (var i = 0; i < columns.Length; i++)
        {
            wanted[i] = items.Select(columns[i].Cell).Append(new Text(columns[i].Heading)).Max(cell => ((IRenderable)cell).Measure(options, int.MaxValue).Max);
            widths[i] = columns[i].Least is { } least ? Math.Min(wanted[i], Math.Max(least, columns[i].Heading.Length)) : wanted[i];
            left -= widths[i];
        }

        if (left < 0) return null;
        for (; left > 0; left--)
        {
            // What is to spare goes to whichever column is the narrowest of those that could use it.
            var narrow = -1;
            for (var i = 0; i < widths.Length; i++)
            {
                if (widths[i] < wanted[i] && (narrow < 0 || widths[i] < widths[narrow])) narrow = i;
            }

            if (narrow < 0) break;
            widths[narrow]++;
        }

        return widths;
    }
}
