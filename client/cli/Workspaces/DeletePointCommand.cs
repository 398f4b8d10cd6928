using System.CommandLine;

namespace Memento.Cli.Workspaces;

internal static class DeletePointCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var id = PointsCommand.PointId();
        var command = new Command("delete", "Remove a rollback point; the documents stay as they are.") { id };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var point = line.GetRequiredValue(id);
            await client.Documents(globals.Workspace(line)).DeletePointAsync(point, cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, new(point, Deleted: true), WorkspaceJson.Default.DeletedPoint);
            else terminal.Out.WriteLine($"deleted {Format.Clean(point)}");
            return ExitCode.Done;
        });
        return command.WithExamples("memento points delete rp-0199…");
    }
}
