using System.CommandLine;
using Memento.Sessions;

namespace Memento.Cli.Sessions;

internal static class ShowCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var id = SessionsCommand.SessionId();
        var at = Options.InRange("--at", "Show it as it was after this event.", 0, long.MaxValue);
        var events = Options.InRange("--events", "How many of the newest events to show. [default: 10]", 0, Paging.MaxLimit);
        var command = new Command("show", "Show a session: who, what state, the newest events.") { id, at, events };

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var sessions = client.Sessions(globals.Workspace(line));
            var (sessionId, newest) = (line.GetRequiredValue(id), line.GetValue(events) ?? 10);
            var session = line.GetValue(at) is { } seq
                ? await AtAsync(sessions, sessionId, seq, newest, cancellationToken)
                : await sessions.GetAsync(sessionId, newest, cancellationToken);

            if (globals.Json(line)) JsonOutput.Write(terminal, session, MementoJson.Default.SessionView);
            else Show(terminal, session);
            return ExitCode.Done;
        });

        return command.WithExamples("memento sessions show sess-0199…", "memento sessions show sess-0199… --at 12 --events 3");
    }

    private static async Task<SessionView> AtAsync(ISessionClient sessions, string sessionId, long seq, int newest, CancellationToken cancellationToken)
    {
        var session = await sessions.GetAtAsync(sessionId, seq, cancellationToken);
        if (newest == 0 || seq == 0) return session;
        var page = await sessions.GetEventsAsync(sessionId, new EventQuery { To = seq, Order = EventOrder.Desc, Limit = newest }, cancellationToken);
        return session with { Events = [.. page.Items.Reverse()] };
    }

    private static void Show(Terminal terminal, SessionView s)
    {
        List<(string, string)> pairs =
        [
            ("Session", s.SessionId),
            ("State", Tables.StateName(s.State, s.Active)),
            ("Agents", s.AgentIds.IsEmpty ? "none" : Format.Few(s.AgentIds, 20)),
            ("Created", Format.Time(s.CreatedAt)),
            ("Updated", Format.Time(s.UpdatedAt)),
            ("Expires", Format.Time(s.ExpiresAt, "never")),
            ("Events", Format.Number(s.EventCount)),
        ];
        if (s.OccurredFrom is { } from && s.OccurredTo is { } to) pairs.Add(("Happened", $"{Format.Time(from)} – {Format.Time(to)}"));
        if (s.Parent is { } parent) pairs.Add(("Forked from", $"{parent.SessionId} at {parent.Seq}"));
        if (s.CurrentCheckpoint is { } c)
        {
            var impacts = c.KeyImpacts.IsEmpty ? "" : $", key impacts: {Format.Few(c.KeyImpacts, 5)}";
            pairs.Add(("Checkpoint", $"{c.CheckpointId} at {c.Seq}: {Format.Name(c.Outcome)}{impacts}"));
        }

        if (s.Metadata is { } metadata) pairs.Add(("Metadata", Format.Clean(metadata.Text)));
        Tables.WritePairs(terminal, [.. pairs]);
        if (s.Events is { IsEmpty: false } events) EventListing.Write(terminal, events);
    }
}
