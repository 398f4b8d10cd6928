using System.CommandLine;
using Memento.Rollback;

namespace Memento.Cli.Rollback;

internal static class ListRollbacksCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var status = Options.OneOf<RollbackStatus>("--status", "Only these.");
        var command = new Command("list", "List rollbacks, newest first.") { status };
        var paging = new PageOptions(command);

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var rollbacks = client.Rollbacks(globals.Workspace(line));
            return await paging.ShowAsync(
                globals, line, (limit, cursor) => rollbacks.ListAsync(line.Enum<RollbackStatus>(status), limit, cursor, cancellationToken), MementoJson.Default.RollbackView, MementoJson.Default.PageRollbackView,
                items => RollbackListing.Write(terminal, items), "There is no rollback.", cancellationToken);
        });

        return command.WithExamples("memento rollback list", "memento rollback list --status in_progress --json");
    }
}
