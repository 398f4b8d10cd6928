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
            };

            return await paging.ShowAsync(
                globals, line, (limit, cursor) => sessions.ListAsync(query with { Limit = limit, Cursor = cursor }, cancellationToken), MementoJson.Default.SessionView, MementoJson.Default.PageSessionView,
                items => SessionListing.Write(terminal, items), "No session fits.", cancellationToken);
        });

        return command.WithExamples(
            "memento sessions list --active",
            "memento sessions list --entity src/auth/login.cs --since 7d",
            "memento sessions list --state broken --all --json");
    }
}
