using Memento.Sessions;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Memento.Cli;

/// <summary>What tables are made of, and how they get to stdout.</summary>
internal static class Tables
{
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

    public static Text State(WorkState state, bool active) => new(StateName(state, active), StyleOf(state, active));

    public static string StateName(WorkState state, bool active) => Format.Name(state) + (active ? "" : ", ended");

    public static Style StyleOf(WorkState state, bool active) => new(state switch
    {
        _ when !active => Color.Grey,
        WorkState.Broken => Color.Red,
        WorkState.Completed => Color.Green,
        WorkState.Coordinating => Color.Yellow,
        _ => Color.Default,
    });

    public static Text Type(EventType type) => new(Format.Name(type), StyleOf(type));

    public static Style StyleOf(EventType type) => new(type switch
    {
        EventType.Broke => Color.Red,
        EventType.TestPass => Color.Green,
        EventType.Handoff => Color.Yellow,
        EventType.Checkpoint => Color.Blue,
        _ => Color.Default,
    });

    /// <summary>Writes a name and its value per line. A word of a value that is longer than the line is left to the terminal, which does not cut what is copied.</summary>
    public static void WritePairs(Terminal terminal, params ReadOnlySpan<(string Name, string Value)> pairs)
    {
        var names = 0;
        foreach (var (name, _) in pairs) names = Math.Max(names, name.Length);
        var values = terminal.OutConsole.Profile.Width - names - 2;
        var grid = NewGrid(names);
        foreach (var (name, value) in pairs)
        {
            if (!terminal.OutIsTerminal || value.Split(' ').Max(word => word.Length) <= values)
            {
                grid.AddRow(new Text(name, Faint), new Text(value));
                continue;
            }

            Flush();
            terminal.OutConsole.Write(new Text(name.PadRight(names + 2), Faint));
            terminal.Out.WriteLine(value);
        }

        Flush();

        void Flush()
        {
            if (grid.Rows.Count > 0) Write(terminal, grid);
            grid = NewGrid(names);
        }
    }

    /// <summary>A line that begins further right, and goes on there if it must be wrapped.</summary>
    public static Padder Indented(IRenderable line, int cells) => new(line, new(cells, 0, 0, 0));

    private static Style Faint { get; } = new(Color.Grey);

    private static Grid NewGrid(int names) => new Grid().AddColumn(new GridColumn { Width = names, NoWrap = true }).AddColumn();
}
