using System.CommandLine;

namespace Memento.Cli.Rollback;

internal static class WatchRollbackCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var id = RollbackCommand.OperationId();
        var command = new Command("watch", "Follow a rollback until it is over. Resumes by itself; Ctrl-C ends the watching only. Exit code as that of run.") { id };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            return await new RollbackFollowing(globals, line, client.Rollbacks(globals.Workspace(line))).WatchAsync(line.GetRequiredValue(id), cancellationToken);
        });
        return command.WithExamples("memento rollback watch op-0199…", "memento rollback watch op-0199… --json | jq .progress");
    }
}
