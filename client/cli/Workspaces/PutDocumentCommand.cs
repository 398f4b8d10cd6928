using System.CommandLine;
using Memento.Workspaces;

namespace Memento.Cli.Workspaces;

internal static class PutDocumentCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var document = DocumentsCommand.Document();
        var command = new Command("put", "Write a document: JSON, or any bytes for a file.") { document };
        var input = new ValueInput(command, "value");
        var author = new AuthorOptions(command);
        var ifAbsent = new Option<bool>("--if-absent") { Description = "Only if there is no such document. Exit code 4 otherwise." };
        var type = new Option<string?>("--content-type") { Description = "Media type of a file. [default: by its name and content]", HelpName = "TYPE" };
        command.Add(ifAbsent);
        command.Add(type);
        command.Exclude(ifAbsent, author.IfMatch);

        command.SetAction(async (line, cancellationToken) =>
        {
            var key = line.Key(document);
            if (line.GetValue(type) is not null && key.Kind is not DocumentKind.File) throw new CommandException("--content-type is for files; every other document is JSON", ExitCode.WrongUsage);
            var content = await input.ReadAsync(globals.Terminal, line, cancellationToken);
            var value = key.Kind is DocumentKind.File
                ? DocumentValue.Bytes(content, line.GetValue(type) ?? ValueInput.MediaType(input.FileName(line) ?? key.Id, content))
                : DocumentValue.Json(content);
            using var client = globals.Connect(line);
            var batch = author.Batch(line, new() { Op = DocumentOp.Put, Kind = key.Kind, Id = key.Id, Value = value, IfAbsent = line.GetValue(ifAbsent) });
            AuthorOptions.Show(globals, line, await client.Documents(globals.Workspace(line)).WriteAsync(batch, cancellationToken: cancellationToken));
            return ExitCode.Done;
        });

        return command.WithExamples(
            "memento docs put entity/parse --value '{\"file\":\"src/main.c\"}' --agent ada --session fix-the-parser",
            "memento docs put file/src/main.c src/main.c --agent ada",
            "git show HEAD:config.json | memento docs put configuration/build --if-absent");
    }
}
