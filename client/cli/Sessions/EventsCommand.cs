using System.CommandLine;
using Memento.Sessions;

namespace Memento.Cli.Sessions;

internal static class EventsCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var id = SessionsCommand.SessionId();
        var from = Options.InRange("--from", "First seq, included.", 0, long.MaxValue);
        var to = Options.InRange("--to", "Last seq, included.", 0, long.MaxValue);
        var type = Options.OneOf<EventType>("--type", "Only events of this type.");
        var actor = new Option<string?>("--actor") { Description = "Only events of this agent.", HelpName = "NAME" };
        var order = Options.OneOf<EventOrder>("--order", "Oldest or newest first. [default: asc]");
        var command = new Command("events", "List the events of a session.") { id, from, to, type, actor, order };
        var paging = new PageOptions(command);

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var sessions = client.Sessions(globals.Workspace(line));
            var sessionId = line.GetRequiredValue(id);
            var query = new EventQuery
            {
                From = line.GetValue(from),
                To = line.GetValue(to),
                Type = line.Enum<EventType>(type),
                Actor = line.GetValue(actor),
                Order = line.Enum<EventOrder>(order) ?? EventOrder.Asc,
                Limit = paging.Limit(line),
                Cursor = paging.Cursor(line),
            };

            if (paging.All(line))
            {
                var items = PageOptions.ItemsAsync(cursor => sessions.GetEventsAsync(sessionId, query with { Cursor = cursor }, cancellationToken), query.Cursor, cancellationToken);
                if (globals.Json(line)) await JsonOutput.WriteAllAsync(terminal, items, MementoJson.Default.SessionEvent);
                else await foreach (var e in items) terminal.Out.WriteLine(EventText.Line(e));   // As lines: a table would have to hold them all.
                return ExitCode.Done;
            }

            var page = await sessions.GetEventsAsync(sessionId, query, cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, page, MementoJson.Default.PageSessionEvent);
            else if (page.Items.IsEmpty) terminal.Error.WriteLine("No event fits.");
            else
            {
                EventListing.Write(terminal, page.Items);
                if (page.NextCursor is { } next) terminal.Error.WriteLine($"There are more: --cursor {Format.Shell(next)}, or --all.");
            }

            return ExitCode.Done;
        });

        return command.WithExamples(
            "memento sessions events sess-0199… --order desc --limit 5",
            "memento sessions events sess-0199… --type broke --actor \"Ada Lovelace\"",
            "memento sessions events sess-0199… --all --json");
    }
}
