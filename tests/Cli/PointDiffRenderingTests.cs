using System.Collections.Immutable;
using System.Text;
using Memento.Cli;
using Memento.Rollback;
using Memento.Workspaces;
using Spectre.Console;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>What changed since a point, on terminals of all widths.</summary>
public sealed class PointDiffRenderingTests
{
    [Fact]
    public void Each_document_tells_who_and_when_and_shows_its_lines() => Assert.Equal("""
        rp-1 → current · 1 created · 1 updated · 1 moved · 4 changes
        in all

        updated entity/parse ───────────────────────────────────────
        bob in fix · 2026-01-31 12:00:00Z
        1 changed

        1 1   {
        2   -   "x": 1
          2 +   "x": 2
        3 3   }

        created entity/scan ────────────────────────────────────────
        ada by op-9 · 2026-01-31 12:00:00Z
        3 added

          1 + {
          2 +   "y": 1
          3 + }

        moved file/b ───────────────────────────────────────────────
        from file/a · bob in fix · 2026-01-31 12:00:00Z

        """, Show(60, terminal => PointDiffRendering.Write(terminal, Diff)));

    [Fact]
    public void A_table_has_a_line_for_each()
    {
        var shown = Show(120, terminal => PointDiffRendering.WriteTable(terminal, Diff));

        Assert.Contains("updated   entity/parse           +1 -1", shown, StringComparison.Ordinal);
        Assert.Contains("moved     file/b (from file/a)", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void No_line_is_longer_than_the_terminal()
    {
        for (var width = 40; width <= 160; width++)
        {
            Assert.All(Show(width, terminal => PointDiffRendering.Write(terminal, Diff)).Split('\n'), line => Assert.True(line.Length <= width, $"{width}: {line}"));
            Assert.All(Show(width, terminal => PointDiffRendering.WriteTable(terminal, Diff)).Split('\n'), line => Assert.True(line.Length <= width, $"{width}: {line}"));
        }
    }

    [Fact]
    public void No_difference_is_said() =>
        Assert.Equal("rp-1 → current · No document differs.\n", Show(60, terminal => PointDiffRendering.Write(terminal, Diff with
        {
            ChangeCount = 0, Changes = [], Documents = [], Summary = Diff.Summary with { Created = 0, Updated = 0, Moved = 0 },
        })));

    private static DateTimeOffset Noon { get; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static PointDiff Diff => new()
    {
        From = "rp-1", To = "current", FromSeq = 1, ToSeq = 9, ChangeCount = 4, GeneratedAt = Noon,
        Changes =
        [
            Change("/entity/parse/x", DiffOperation.Update, "parse", 7, 7),
            Change("/entity/parse/z", DiffOperation.Create, "parse", 7, 7),
            Change("/entity/scan", DiffOperation.Create, "scan", null, 7) is var made ? made with { Metadata = made.Metadata with { AgentId = "ada", SessionId = null, Cause = "op-9" } } : null!,
            Change("/file/b", DiffOperation.Move, "b", null, 7) is var moved ? moved with { Metadata = moved.Metadata with { Kind = DocumentKind.File, From = "/file/a" } } : null!,
        ],
        Summary = new() { Created = 1, Updated = 1, Deleted = 0, Moved = 1, ByKind = ImmutableSortedDictionary<string, long>.Empty, Complexity = DiffComplexity.Low },
        Documents = [Document("parse", """{"x":1}""", """{"x":2}"""), Document("scan", "", """{"y":1}""")],
    };

    private static PathChange Change(string path, DiffOperation operation, string id, long? oldLength, long? newLength) => new()
    {
        Path = path, Operation = operation,
        Metadata = new() { Kind = DocumentKind.Entity, Id = id, AgentId = "bob", SessionId = "fix", At = Noon, OldLength = oldLength, NewLength = newLength },
    };

    private static DocumentDiff Document(string id, string before, string after) => new(DocumentKind.Entity, id, VisualDiff.Compare(Encoding.UTF8.GetBytes(before), Encoding.UTF8.GetBytes(after)));

    private static string Show(int width, Action<Terminal> write)
    {
        var output = new StringWriter();
        var terminal = new Terminal(output, TextWriter.Null, _ => null, TimeProvider.System, outIsTerminal: true);
        (terminal.OutConsole.Profile.Width, terminal.OutConsole.Profile.Capabilities.Ansi, terminal.OutConsole.Profile.Capabilities.ColorSystem) = (width, false, ColorSystem.NoColors);
        write(terminal);
        return string.Join('\n', output.ToString().Split('\n').Select(line => line.TrimEnd()));
    }
}
