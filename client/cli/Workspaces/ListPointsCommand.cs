using System.CommandLine;

namespace Memento.Cli.Workspaces;

internal static class ListPointsCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var session = new Option<string?>("--session") { Description = "Only points of this session.", HelpName = "SESSION" };
        var command = new Command("list", "List rollback points, newest first.") { session };
        var paging = new PageOptions(command);

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var documents = client.Documents(globals.Workspace(line));
            return await paging.ShowAsync(
                globals, line, (limit, cursor) => documents.ListPointsAsync(line.GetValue(session), limit, cursor, cancellationToken), MementoJson.Default.RollbackPoint, MementoJson.Default.PageRollbackPoint,
                items => PointListing.Write(terminal, items), "There is no rollback point.", cancellationToken);
        });

        return command.WithExamples("memento points list", "memento points list --session fix-the-parser --json");
    }
}
