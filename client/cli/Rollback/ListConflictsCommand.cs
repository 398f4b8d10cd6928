using System.CommandLine;
using Memento.Rollback;

namespace Memento.Cli.Rollback;

internal static class ListConflictsCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var status = Options.OneOf<ConflictStatus>("--status", "Only these.");
        var rollback = new Option<string?>("--rollback") { Description = "Only conflicts of this rollback.", HelpName = "ROLLBACK" };
        var command = new Command("list", "List conflicts, newest first.") { status, rollback };
        var paging = new PageOptions(command);

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var rollbacks = client.Rollbacks(globals.Workspace(line));
            return await paging.ShowAsync(
                globals, line, (limit, cursor) => rollbacks.ListConflictsAsync(line.Enum<ConflictStatus>(status), line.GetValue(rollback), limit, cursor, cancellationToken),
                MementoJson.Default.ConflictView, MementoJson.Default.PageConflictView, items => ConflictListing.Write(terminal, items), "There is no conflict.", cancellationToken);
        });

        return command.WithExamples("memento conflicts list --status open", "memento conflicts list --rollback op-0199… --json | jq -r '.items[].conflictId'");
    }
}
