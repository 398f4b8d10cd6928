using System.Text.Json;
using Memento.Cli;
using Memento.Workspaces;
using Spectre.Console;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>Characters that a terminal obeys or hides never reach the terminal.</summary>
public sealed class TerminalTextTests
{
    private const string Hostile = "a\u202Eb\u001B[2Jc\u0085d\u2066e\uFEFFf\u007Fg\U000E0041h\rspoof";

    private const string Escaped = @"a\u202Eb\u001B[2Jc\u0085d\u2066e\uFEFFf\u007Fg\uDB40\uDC41h\u000Dspoof";

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("tab\tand\r\nlines\n", "tab\tand\r\nlines\n")]
    [InlineData("Jürgen 日本 😀", "Jürgen 日本 😀")]
    [InlineData("👩\u200D💻 می\u200Cخواهم", "👩\u200D💻 می\u200Cخواهم")]
    [InlineData(Hostile, Escaped)]
    [InlineData("\u2028\u2029\u061C\u00AD\0", @"\u2028\u2029\u061C\u00AD\u0000")]
    public void Characters_that_a_terminal_obeys_or_hides_are_escaped(string text, string expected) =>
        Assert.Equal(expected, TerminalText.Escape(text));

    [Fact]
    public void Half_a_surrogate_pair_is_escaped() => Assert.Equal(@"a\uD83Db", TerminalText.Escape("a\uD83Db"));

    [Fact]
    public void Every_control_and_format_character_is_escaped_on_every_way_out()
    {
        var output = new StringWriter();
        var terminal = new Terminal(output, TextWriter.Null, _ => null, TimeProvider.System);
        for (var code = 0; code <= char.MaxValue; code++)
        {
            var c = (char)code;
            if (char.IsSurrogate(c) || c is '\t' or '\n') continue;
            output.GetStringBuilder().Clear();
            terminal.Out.Write("x" + c);
            var written = output.ToString();
            var isEscaped = TerminalText.IsEscaped(new(c));
            Assert.True(isEscaped == !written.Contains(c, StringComparison.Ordinal), $"U+{code:X4}");
            Assert.True(isEscaped || !char.IsControl(c), $"U+{code:X4}");
        }
    }

    [Fact]
    public async Task Every_way_to_write_escapes()
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(output, errors, _ => null, TimeProvider.System);
        terminal.Out.Write(Hostile);
        terminal.Out.WriteLine(Hostile);
        terminal.Out.Write('\u202E');
        terminal.Out.Write(Hostile.ToCharArray());
        terminal.Out.Write(Hostile.AsSpan());
        terminal.Out.Write("{0}", Hostile);
        await terminal.Out.WriteAsync(Hostile);
        await terminal.Out.WriteLineAsync(Hostile);
        terminal.Error.WriteLine(Hostile);
        Tables.Write(terminal, new Text(Hostile));
        terminal.OutConsole.WriteLine(Hostile);
        terminal.ErrorConsole.WriteLine(Hostile);

        var written = output.ToString() + errors;
        Assert.DoesNotContain(written, c => c != '\n' && TerminalText.IsEscaped(new(c)));
        Assert.Equal(12, written.Split(@"\u202E").Length - 1);
    }

    [Fact]
    public void A_console_keeps_its_own_control_sequences()
    {
        var written = Written(isTerminal: true, terminal =>
        {
            (terminal.OutConsole.Profile.Capabilities.Ansi, terminal.OutConsole.Profile.Capabilities.ColorSystem) = (true, ColorSystem.Standard);
            terminal.OutConsole.Write(new Text("red\u202E\u001B]0;title\u0007", new Style(Color.Red)));
        });

        Assert.StartsWith("\u001B[", written, StringComparison.Ordinal);
        Assert.Contains(@"red\u202E\u001B]0;title\u0007", written, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_in_JSON_output_is_still_the_same_value()
    {
        var value = new Memento.Rollback.Resolution("conf", Error: new("CODE", Hostile));
        var raw = new JsonText($$"""{"a":"{{Hostile.Replace("\u001B", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal)}}"}""");
        var written = Written(isTerminal: false, terminal =>
        {
            JsonOutput.Write(terminal, new Memento.Rollback.Resolutions([value]), MementoJson.Default.Resolutions);
            terminal.Out.WriteLine(raw.Text);
        }).Split('\n');

        Assert.All(written, line => Assert.DoesNotContain(line, c => TerminalText.IsEscaped(new(c))));
        using var read = JsonDocument.Parse(written[0]);
        Assert.Equal(Hostile, read.RootElement.GetProperty("results")[0].GetProperty("error").GetProperty("message").GetString());
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(raw.Text), JsonElement.Parse(written[1])));
    }

    [Fact]
    public void A_list_stays_aligned_with_names_from_elsewhere()
    {
        var view = new DocumentView
        {
            Kind = DocumentKind.Entity, Id = "a\u202Eb", Seq = 1, Length = 1, AgentId = "c\u001B[31m", At = DateTimeOffset.UnixEpoch,
        };
        var lines = Written(isTerminal: false, terminal => DocumentListing.Write(terminal, [view, view with { Id = "abcdefgh", AgentId = "c" }])).Split('\n');

        Assert.Contains(@"entity/a\u202Eb", lines[1], StringComparison.Ordinal);
        Assert.Equal(lines[1].IndexOf("1970", StringComparison.Ordinal), lines[2].IndexOf("1970", StringComparison.Ordinal));
    }

    private static string Written(bool isTerminal, Action<Terminal> write)
    {
        var output = new StringWriter();
        write(new Terminal(output, TextWriter.Null, _ => null, TimeProvider.System, outIsTerminal: isTerminal));
        return output.ToString();
    }
}
