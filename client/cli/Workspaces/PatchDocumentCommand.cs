using System.CommandLine;
using Memento.Workspaces;

namespace Memento.Cli.Workspaces;

internal static class PatchDocumentCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var document = DocumentsCommand.Document();
        var command = new Command("patch", "Change parts of a JSON document: by a JSON Patch (RFC 6902), which is an array, or a JSON Merge Patch (RFC 7386).") { document };
        var input = new ValueInput(command, "patch");
        var author = new AuthorOptions(command);

        command.SetAction(async (line, cancellationToken) =>
        {
            var key = line.Key(document);
            var patch = await input.ReadAsync(globals.Terminal, line, cancellationToken);
            using var client = globals.Connect(line);
            var batch = author.Batch(line, new() { Op = DocumentOp.Patch, Kind = key.Kind, Id = key.Id, Patch = patch });
            AuthorOptions.Show(globals, line, await client.Documents(globals.Workspace(line)).WriteAsync(batch, cancellationToken: cancellationToken));
            return ExitCode.Done;
        });

        return command.WithExamples(
            "memento docs patch entity/parse --value '{\"file\":\"src/parse.c\"}' --agent ada",
            "memento docs patch entity/parse --value '[{\"op\":\"add\",\"path\":\"/calls/-\",\"value\":\"scan\"}]' --if-match 12");
    }
}
