using System.CommandLine;
using Memento.Workspaces;

namespace Memento.Cli.Workspaces;

internal static class DeleteDocumentCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var document = DocumentsCommand.Document();
        var command = new Command("delete", "Delete a document. Its history stays, and a rollback can bring it back.") { document };
        var author = new AuthorOptions(command);

        command.SetAction(async (line, cancellationToken) =>
        {
            var key = line.Key(document);
            using var client = globals.Connect(line);
            var batch = author.Batch(line, new() { Op = DocumentOp.Delete, Kind = key.Kind, Id = key.Id });
            AuthorOptions.Show(globals, line, await client.Documents(globals.Workspace(line)).WriteAsync(batch, cancellationToken: cancellationToken));
            return ExitCode.Done;
        });

        return command.WithExamples("memento docs delete file/old.c --agent ada", "memento docs delete entity/parse --if-match 12");
    }
}
