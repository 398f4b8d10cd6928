using System.CommandLine;

namespace Memento.Cli.Rollback;

internal static class UndoRollbackCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var id = RollbackCommand.OperationId();
        var by = RollbackCommand.By();
        var detach = RollbackCommand.Detach();
        var command = new Command("undo", "Undo a rollback and keep everybody's work since. It is a rollback of its own, which is followed until it is over.") { id, by, detach };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line, thorough: true);
            var rollbacks = client.Rollbacks(globals.Workspace(line));
            var following = new RollbackFollowing(globals, line, rollbacks);
            var started = await following.BeginAsync(() => rollbacks.UndoAsync(line.GetRequiredValue(id), line.GetValue(by), cancellationToken), cancellationToken);
            return await following.EndAsync(started, line.GetValue(detach), cancellationToken);
        });
        return command.WithExamples("memento rollback undo op-0199… --by ada");
    }
}
