using Memento.Sessions;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Memento.Cli;

/// <summary>How lists look: ruled on a terminal, bare columns in a file or a pipe.</summary>
internal static class Tables
{
    /// <param name="columns">Headings. One that starts with <c>&gt;</c> is of a column of numbers, one with <c>!</c> of a column that is never broken: ids, to be copied, and times.</param>
    public static Table Create(Terminal terminal, params ReadOnlySpan<string> columns)
    {
        var table = new Table { Border = terminal.OutIsTerminal ? TableBorder.Horizontal : TableBorder.None };
        foreach (var column in columns)
        {
            var added = new TableColumn(new Text(column.TrimStart('>', '!'), new Style(decoration: Decoration.Bold)));
            if (!terminal.OutIsTerminal || column[0] is '>' or '!') added.NoWrap();
            table.AddColumn(column.StartsWith('>') ? added.RightAligned() : added);
        }

        return table;
    }

    /// <summary>Writes to stdout. In a file or a pipe, lines do not end with the padding of the widest one.</summary>
    public static void Write(Terminal terminal, IRenderable what)
    {
        if (terminal.OutIsTerminal)
        {
            terminal.OutConsole.Write(what);
            return;
        }

        using var text = new StringWriter();
        var plain = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        plain.Profile.Width = terminal.OutConsole.Profile.Width;
        plain.Write(what);
        foreach (var line in text.ToString().TrimEnd('\n').Split('\n')) terminal.Out.WriteLine(line.TrimEnd());
    }

    public static Text State(WorkState state, bool active) => active
        ? new(Format.Name(state), new Style(state switch
        {
            WorkState.Broken => Color.Red,
            WorkState.Completed => Color.Green,
            WorkState.Coordinating => Color.Yellow,
            _ => Color.Default,
        }))
        : new($"{Format.Name(state)}, ended", new Style(Color.Grey));

    public static Text Type(EventType type) => new(Format.Name(type), new Style(type switch
    {
        EventType.Broke => Color.Red,
        EventType.TestPass => Color.Green,
        EventType.Handoff => Color.Yellow,
        EventType.Checkpoint => Color.Blue,
        _ => Color.Default,
    }));

    /// <summary>Name and value below each other.</summary>
    public static Grid Pairs(params ReadOnlySpan<(string Name, string Value)> pairs)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in pairs) grid.AddRow(new Text(name, new Style(Color.Grey)), new Text(value));
        return grid;
    }

    public static Table Events(Terminal terminal, IReadOnlyList<SessionEvent> events)
    {
        var table = Create(terminal, ">Seq", "!When", "Type", "Actor", "What", ">Lines", "Note");
        foreach (var e in events)
        {
            table.AddRow(
                new Text(e.Seq.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                new Text(Format.Time(e.OccurredAt ?? e.Timestamp)),
                Type(e.Type),
                new Text(Format.Clean(e.Actor)),
                new Text(EventText.What(e)),
                new Text(e.ChangeInfo.AffectedLines is { } lines ? Format.Number(lines) : ""),
                new Text(EventText.Note(e)));
        }

        return table;
    }
}
