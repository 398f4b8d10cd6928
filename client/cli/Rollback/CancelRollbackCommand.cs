using System.CommandLine;
using Memento.Rollback;

namespace Memento.Cli.Rollback;

internal static class CancelRollbackCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var id = RollbackCommand.OperationId();
        var (detach, by) = (RollbackCommand.Detach(), RollbackCommand.By());
        var command = new Command("cancel", "Stop a rollback and undo what it did so far. Exit code 1 if it was too late, 4 if it was over before.") { id, detach, by };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line, thorough: true);
            var rollbacks = client.Rollbacks(globals.Workspace(line));
            var asked = await rollbacks.CancelAsync(line.GetRequiredValue(id), line.GetValue(by), cancellationToken);
            var view = line.GetValue(detach) ? asked : await rollbacks.WatchAsync(asked.OperationId, cancellationToken).LastAsync(cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, view, MementoJson.Default.RollbackView);
            else RollbackRendering.Write(terminal, view);
            return view.Status is RollbackStatus.Completed or RollbackStatus.Failed ? ExitCode.Failed : ExitCode.Done;
        });
        return command.WithExamples("memento rollback cancel op-0199…");
    }
}
