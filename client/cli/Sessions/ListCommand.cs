using System.CommandLine;
using Memento.Sessions;

namespace Memento.Cli.Sessions;

internal static class ListCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var agent = new Option<string?>("--agent") { Description = "Only sessions that this agent is or was in.", HelpName = "NAME" };
        var entity = new Option<string?>("--entity") { Description = "Only sessions that touched this entity.", HelpName = "NAME" };
        var state = Options.OneOf<WorkState>("--state", "Only sessions in this state.");
        var outcome = Options.OneOf<Outcome>("--outcome", "Only sessions whose newest checkpoint says so.");
        var active = new Option<bool>("--active") { Description = "Leave out those that have expired." };
        var since = Options.Time("--since", "Only sessions in which something happened at or after:", terminal.Clock);
        var until = Options.Time("--until", "Only sessions in which something happened at or before:", terminal.Clock);
        var command = new Command("list", "List sessions, newest first.") { agent, entity, state, outcome, active, since, until };
        var paging = new PageOptions(command);

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var sessions = client.Sessions(globals.Workspace(line));
            var query = new SessionQuery
            {
                Agent = line.GetValue(agent),
                Entity = line.GetValue(entity),
                State = line.Enum<WorkState>(state),
                Outcome = line.Enum<Outcome>(outcome),
                ActiveOnly = line.GetValue(active),
                Since = line.Time(since, terminal.Clock),
                Until = line.Time(until, terminal.Clock),
                Limit = paging.Limit(line),
                Cursor = paging.Cursor(line),
            };

            if (paging.All(line))
            {
                var items = PageOptions.ItemsAsync(cursor => sessions.ListAsync(query with { Cursor = cursor }, cancellationToken), query.Cursor, cancellationToken);
                if (globals.Json(line)) await JsonOutput.WriteAllAsync(terminal, items, MementoJson.Default.SessionView);
                else Show(terminal, await items.ToListAsync(cancellationToken), null);
                return ExitCode.Done;
            }

            var page = await sessions.ListAsync(query, cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, page, MementoJson.Default.PageSessionView);
            else Show(terminal, page.Items, page.NextCursor);
            return ExitCode.Done;
        });

        return command.WithExamples(
            "memento sessions list --active",
            "memento sessions list --entity src/auth/login.cs --since 7d",
            "memento sessions list --state broken --all --json");
    }

    private static void Show(Terminal terminal, IReadOnlyList<SessionView> sessions, string? nextCursor)
    {
        if (sessions.Count == 0)
        {
            terminal.Error.WriteLine("No session fits.");
            return;
        }

        SessionListing.Write(terminal, sessions);
        if (nextCursor is not null) terminal.Error.WriteLine($"There are more: --cursor {nextCursor}, or --all.");
    }
}
