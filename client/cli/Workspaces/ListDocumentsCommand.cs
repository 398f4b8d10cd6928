using System.CommandLine;
using Memento.Workspaces;

namespace Memento.Cli.Workspaces;

internal static class ListDocumentsCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var kind = Options.OneOf<DocumentKind>("--kind", "Only documents of this kind.");
        var prefix = new Option<string?>("--prefix") { Description = "Only ids that begin so.", HelpName = "TEXT" };
        var at = new Option<string?>("--at") { Description = "As they were at this rollback point.", HelpName = "POINT" };
        var command = new Command("list", "List documents, by kind and id.") { kind, prefix, at };
        var paging = new PageOptions(command);

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var documents = client.Documents(globals.Workspace(line));
            var query = new DocumentQuery { Kind = line.Enum<DocumentKind>(kind), Prefix = line.GetValue(prefix), RollbackPointId = line.GetValue(at) };
            return await paging.ShowAsync(
                globals, line, (limit, cursor) => documents.ListAsync(query with { Limit = limit, Cursor = cursor }, cancellationToken), MementoJson.Default.DocumentView, MementoJson.Default.PageDocumentView,
                items => DocumentListing.Write(terminal, items), "No document fits.", cancellationToken);
        });

        return command.WithExamples("memento docs list", "memento docs list --kind file --prefix src/", "memento docs list --at rp-0199… --all --json");
    }
}
