using System.CommandLine;

namespace Memento.Cli.Rollback;

internal static class ShowRollbackCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var id = RollbackCommand.OperationId();
        var command = new Command("show", "Show a rollback: how far it is, what it did, its conflicts and its log.") { id };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var view = await client.Rollbacks(globals.Workspace(line)).GetAsync(line.GetRequiredValue(id), cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, view, MementoJson.Default.RollbackView);
            else RollbackRendering.Write(terminal, view, withLog: true);
            return ExitCode.Done;
        });
        return command.WithExamples("memento rollback show op-0199…");
    }
}
