using Memento.Sessions;
using Spectre.Console;

namespace Memento.Cli;

/// <summary>Sessions as a table, or a few lines each where that does not fit.</summary>
internal static class SessionListing
{
    private static readonly Column<SessionView>[] Columns =
    [
        new("Session", s => new(s.SessionId)),
        new("State", s => Tables.State(s.State, s.Active)),
        new("Agents", s => new(Agents(s)), Least: 16),
        new("Events", s => new(Format.Number(s.EventCount)), IsNumber: true, CanGo: true),
        new("Last activity", s => new(LastActivity(s))),
        new("Checkpoint", s => new(s.CurrentCheckpoint is { } checkpoint ? $"{Format.Name(checkpoint.Outcome)} at {checkpoint.Seq}" : "–"), CanGo: true),
    ];

    public static void Write(Terminal terminal, IReadOnlyList<SessionView> sessions) => Listing.Write(terminal, sessions, Columns, s =>
    {
        terminal.Out.WriteLine(s.SessionId);   // Not through the console: that would break an id that is longer than the line.
        var events = Format.Number(s.EventCount) + (s.EventCount == 1 ? " event" : " events");
        Tables.Write(terminal, Tables.Indented(new Paragraph()
            .Append(Tables.StateName(s.State, s.Active), Tables.StyleOf(s.State, s.Active))
            .Append($" · {(s.AgentIds.IsEmpty ? "no agent" : Agents(s))} · {LastActivity(s)} · {events}"), 2));
    });

    private static string Agents(SessionView s) => Format.Few(s.AgentIds, 2);

    private static string LastActivity(SessionView s) => Format.Time(s.OccurredTo ?? s.UpdatedAt);
}
