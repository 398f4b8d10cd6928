using CsCheck;
using Memento.Cli;
using Memento.Rollback;
using Spectre.Console;
using Xunit;

namespace Memento.Tests.Cli;

public sealed class DiffRenderingTests
{
    private const string Before = "# Billing\n\nport = 8080\nhost = \"billing.internal\"\ntls = true\n\n[limits]\nrate = 100\nburst = 20\n";
    private const string After = "# Billing\n\nport = 9090\nhost = \"billing.internal\"\ntls = true\n\n[limits]\nrate = 100\nburst = 20\nqueue = 5\n";

    [Fact]
    public void A_narrow_terminal_shows_what_was_removed_above_what_was_added() => Assert.Equal("""
        1 added · 1 changed · 84 % alike · severity low

        1  1   # Billing
        2  2
        3    - port = 8080
           3 + port = 9090
        4  4   host = "billing.internal"
        5  5   tls = true
        ⋯ 2 lines
        8  8   rate = 100
        9  9   burst = 20
          10 + queue = 5

        Recommended: smart-merge. 84 % is alike and 2 lines differ:
        few enough to merge.

        """, Show(60, Before, After, new() { ContextLines = 2 }));

    [Fact]
    public void A_wide_terminal_shows_both_sides() => Assert.Equal("""
        1 added · 1 changed · 84 % alike · severity low

        1   # Billing                                              │  1   # Billing
        2                                                          │  2
        3 - port = 8080                                            │  3 + port = 9090
        4   host = "billing.internal"                              │  4   host = "billing.internal"
        ⋯ 4 lines
        9   burst = 20                                             │  9   burst = 20
                                                                   │ 10 + queue = 5

        Recommended: smart-merge. 84 % is alike and 2 lines differ: few enough to merge.

        """, Show(120, Before, After, new() { ContextLines = 1 }));

    [Fact]
    public void What_cannot_be_seen_is_made_visible_and_markup_is_text() => Assert.Equal("""
        1   - a   b␛[31m [red]x[/]‹U+202E›
          1 + a   b␛[31m [red]y[/]··
        """, Body(80, "a\tb\u001b[31m [red]x[/]\u202e\n", "a\tb\u001b[31m [red]y[/]  \n"));

    [Fact]
    public void Long_lines_go_on_below_themselves_in_their_column() => Assert.Equal("""
        1   - abcdefghijklmnopqrstuvwx
            - yz
          1 + abcdefghijklmnopqrstuvwx
            + 日
        """, Body(30, "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwx日").Replace(" (no line end)", "", StringComparison.Ordinal));

    [Fact]
    public void A_missing_line_end_is_named() => Assert.Equal("""
        1 1 ~ a (no line end → LF)
          2 + b
        """, Body(60, "a", "a\nb\n"));

    [Fact]
    public void Notes_stand_alone_where_there_are_no_rows()
    {
        Assert.Equal("No difference.\n", Show(80, "a", "a"));
        Assert.Equal("Binary differs: 1 bytes before, 2 bytes after.\nRecommended: manual. Binary data cannot be merged, so somebody should choose.\n", Rendered(80, VisualDiff.Compare([0xFF], "ab"u8)));
        Assert.Equal("100 % alike · severity low\nOnly line endings differ.\nLine 1 ends differently: CRLF before, LF after.\nRecommended: keep-current. Only line endings differ.\n", Show(80, "a\r\n", "a\n"));
    }

    [Fact]
    public void Changed_pieces_stand_out_in_colour()
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.Standard, Interactive = InteractionSupport.No });
        console.Profile.Width = 60;

        DiffRendering.Write(console, VisualDiff.Compare(Before, After, new() { ContextLines = 0 }));

        var shown = output.ToString().Replace('\u001b', '^');
        Assert.Contains("^[91m- port = ^[0m^[1;4;91m8080^[0m", shown, StringComparison.Ordinal);
        Assert.Contains("^[32m+ port = ^[0m^[1;4;32m9090^[0m", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void No_line_is_wider_than_the_terminal_or_ends_with_a_blank() =>
        Gen.Select(Gen.String[Gen.Char["ab \t\n\r日é[]\u0007"], 0, 200], Gen.String[Gen.Char["ab \t\n\r日é[]\u0007"], 0, 200], Gen.Int[25, 200]).Sample((before, after, width) =>
        {
            foreach (var layout in new[] { DiffLayout.Unified, DiffLayout.SideBySide })
            {
                var lines = Rendered(width, VisualDiff.Compare(before, after), layout).Split('\n');
                Assert.All(lines, line => Assert.True(line.GetCellWidth() <= width, $"{width}: {line}"));
                Assert.All(lines, line => Assert.False(line.EndsWith(' '), line));
            }
        }, iter: 500);

    [Fact]
    public void A_pipe_gets_the_unified_form()
    {
        var output = new StringWriter();
        DiffRendering.Write(new Terminal(output, TextWriter.Null, _ => null, TimeProvider.System), VisualDiff.Compare(Before, After));
        Assert.Contains("\n3    - port = 8080\n   3 + port = 9090\n", output.ToString(), StringComparison.Ordinal);
    }

    private static string Show(int width, string before, string after, VisualDiffOptions? options = null) => Rendered(width, VisualDiff.Compare(before, after, options));

    /// <summary>The rows without what is above and below them.</summary>
    private static string Body(int width, string before, string after) => Show(width, before, after, new() { Granularity = DiffGranularity.Line }).Split("\n\n")[1];

    private static string Rendered(int width, VisualDiffResult diff, DiffLayout layout = DiffLayout.Fit)
    {
        var output = new StringWriter();
        var terminal = new Terminal(output, TextWriter.Null, _ => null, TimeProvider.System, outIsTerminal: true);
        (terminal.OutConsole.Profile.Width, terminal.OutConsole.Profile.Capabilities.Ansi, terminal.OutConsole.Profile.Capabilities.ColorSystem) = (width, false, ColorSystem.NoColors);
        DiffRendering.Write(terminal.OutConsole, diff, layout);
        return output.ToString();
    }
}
