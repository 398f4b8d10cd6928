using System.CommandLine;

namespace Memento.Cli.Workspaces;

internal static class DocumentHistoryCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var document = DocumentsCommand.Document();
        var command = new Command("history", "List every version of a document, newest first: what was done, by whom, when.") { document };
        var paging = new PageOptions(command);

        command.SetAction(async (line, cancellationToken) =>
        {
            var key = line.Key(document);
            using var client = globals.Connect(line);
            var documents = client.Documents(globals.Workspace(line));
            return await paging.ShowAsync(
                globals, line, (limit, cursor) => documents.GetHistoryAsync(key, limit, cursor, cancellationToken), MementoJson.Default.DocumentView, MementoJson.Default.PageDocumentView,
                items => DocumentListing.WriteHistory(terminal, items), "There is nothing more.", cancellationToken);
        });

        return command.WithExamples("memento docs history entity/parse", "memento docs history file/src/main.c --all --json");
    }
}
