using System.CommandLine;

namespace Memento.Cli.Workspaces;

internal static class ShowPointCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var id = PointsCommand.PointId();
        var command = new Command("show", "Show a rollback point, and where the active sessions stood then.") { id };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var point = await client.Documents(globals.Workspace(line)).GetPointAsync(line.GetRequiredValue(id), cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(globals.Terminal, point, MementoJson.Default.RollbackPoint);
            else PointListing.WriteOne(globals.Terminal, point);
            return ExitCode.Done;
        });
        return command.WithExamples("memento points show rp-0199…");
    }
}
