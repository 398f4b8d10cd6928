using System.CommandLine;
using Memento.Cli.Rollback;

namespace Memento.Cli.Workspaces;

internal static class DeletePointCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var (id, by) = (PointsCommand.PointId(), RollbackCommand.By());
        var command = new Command("delete", "Remove a rollback point; the documents stay as they are.") { id, by };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var point = line.GetRequiredValue(id);
            await client.Documents(globals.Workspace(line)).DeletePointAsync(point, line.GetValue(by), cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, new(point, Deleted: true), WorkspaceJson.Default.DeletedPoint);
            else terminal.Out.WriteLine($"deleted {Format.Clean(point)}");
            return ExitCode.Done;
        });
        return command.WithExamples("memento points delete rp-0199…");
    }
}
