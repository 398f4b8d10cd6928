using Memento.Cli;
using Memento.Sessions;
using Spectre.Console;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>Lists on terminals of all widths: something is always shown, ids can always be copied, lines end before the terminal does.</summary>
public sealed class NarrowTerminalTests
{
    private const string Id = "git-0123456789abcdef0123456789abcdef01234567";

    [Fact]
    public void A_list_shows_whole_ids_at_every_width()
    {
        for (var width = 10; width <= 200; width++)
        {
            var shown = Show(width, terminal => SessionListing.Write(terminal, [Session, Session]));
            Assert.Equal(3, shown.Split(Id).Length);
            if (width >= 50) Assert.All(shown.Split('\n'), line => Assert.True(line.Length <= width, $"{width}: {line}"));
        }
    }

    [Theory]
    [InlineData(80, false, false)]
    [InlineData(100, true, false)]
    [InlineData(160, true, true)]
    public void A_list_gives_up_columns_before_it_gives_up_the_table(int width, bool isTable, bool hasCheckpoint)
    {
        var shown = Show(width, terminal => SessionListing.Write(terminal, [Session]));

        Assert.Equal(isTable, shown.Contains(" State ", StringComparison.Ordinal));
        Assert.Equal(hasCheckpoint, shown.Contains("Checkpoint", StringComparison.Ordinal));
        Assert.Contains("working", shown, StringComparison.Ordinal);
        Assert.Contains("2026-01-31 12:00:00Z", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_tells_the_rest_below_the_id() =>
        Assert.Equal($"{Id}\n  working · Ada Lovelace · 2026-01-31 12:00:00Z · 1,234 events\n", Show(80, terminal => SessionListing.Write(terminal, [Session])));

    [Fact]
    public void Events_keep_their_words_whole_at_every_width()
    {
        for (var width = 60; width <= 200; width++)
        {
            var shown = Show(width, terminal => EventListing.Write(terminal, [Event]));
            Assert.All(["12", "2026-01-31 12:00:00Z", "modified", "Ada", "Lovelace", "src/a.cs", "critical", "impact"], word => Assert.Contains(word, shown, StringComparison.Ordinal));
            Assert.All(shown.Split('\n'), line => Assert.True(line.Length <= width, $"{width}: {line}"));
        }
    }

    [Fact]
    public void Narrow_events_are_two_lines() => Assert.Equal(
        "    12  2026-01-31 12:00:00Z  modified  Ada Lovelace\n        modified src/a.cs – critical impact\n",
        Show(60, terminal => EventListing.Write(terminal, [Event])));

    [Fact]
    public void A_sessions_own_id_is_whole_in_any_terminal()
    {
        for (var width = 10; width <= 120; width++)
            Assert.Contains(Id, Show(width, terminal => Tables.WritePairs(terminal, ("Session", Id), ("State", "working"))), StringComparison.Ordinal);
    }

    private static DateTimeOffset Noon { get; } = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static SessionView Session => SessionView.Of(SessionState.Empty with { SessionId = Id }, Noon) with
    {
        Active = true, State = WorkState.Working, AgentIds = ["Ada Lovelace"], EventCount = 1234, UpdatedAt = Noon, OccurredTo = Noon,
    };

    private static SessionEvent Event => new()
    {
        Seq = 12,
        Timestamp = Noon,
        Type = EventType.Modified,
        Actor = "Ada Lovelace",
        ChangeInfo = new() { ElementType = ElementType.Function, EntityIds = ["src/a.cs"], Operation = Operation.Modified },
        Impact = new() { Severity = Severity.Critical },
    };

    private static string Show(int width, Action<Terminal> write)
    {
        var output = new StringWriter();
        var terminal = new Terminal(output, TextWriter.Null, _ => null, TimeProvider.System, outIsTerminal: true);
        (terminal.OutConsole.Profile.Width, terminal.OutConsole.Profile.Capabilities.Ansi, terminal.OutConsole.Profile.Capabilities.ColorSystem) = (width, false, ColorSystem.NoColors);
        write(terminal);
        return string.Join('\n', output.ToString().Split('\n').Select(line => line.TrimEnd()));
    }
}
