using System.CommandLine;

namespace Memento.Cli.Workspaces;

internal static class CheckPointCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var id = PointsCommand.PointId();
        var command = new Command("check", "Read every document of a rollback point back and say whether all is as it was stored. Exit code 1 if not.") { id };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line, thorough: true);
            var check = await client.Rollbacks(globals.Workspace(line)).CheckAsync(line.GetRequiredValue(id), cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, check, MementoJson.Default.PointCheck);
            else
            {
                Tables.WritePairs(terminal,
                    ("Point", check.RollbackPointId),
                    ("Healthy", check.Healthy ? "yes" : "NO"),
                    ("Read back", $"{Format.Count(check.Documents, "document", "documents")}, {Format.Bytes(check.Bytes)}"),
                    ("Hash", check.ExpectedRoot == check.ActualRoot ? check.ActualRoot : $"{check.ActualRoot}, and should be {check.ExpectedRoot}"));
                foreach (var damaged in check.Damaged) terminal.Out.WriteLine(Format.Clean(damaged));
            }

            return check.Healthy ? ExitCode.Done : ExitCode.Failed;
        });
        return command.WithExamples("memento points check rp-0199…");
    }
}
