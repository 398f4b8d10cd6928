using System.CommandLine;
using Memento.Rollback;

namespace Memento.Cli.Rollback;

internal static class RunRollbackCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var point = RollbackCommand.Point();
        var type = Options.OneOf<RollbackType>("--type", "How much. [default: by what is selected]");
        var strategy = Options.OneOf<RollbackStrategy>("--strategy", "How it is carried out. [default: safe]");
        var conflicts = Options.OneOf<ConflictStrategy>("--conflicts", "What becomes of documents on which the rollback and later work do not agree. [default: abort]");
        var command = new Command(
            "run", "Roll back, and follow it until it is over. Nothing is lost: it is a new change, and can be undone. Exit code 1 if it failed, 4 if conflicts stopped it.") { point, type, strategy, conflicts };
        var selection = new SelectionOptions(command, terminal.Clock);
        var token = new Option<string?>("--preview-token") { Description = "Only if the workspace is as it was in this preview. Exit code 4 otherwise.", HelpName = "TOKEN" };
        var batchSize = Options.InRange("--batch-size", "Documents in a batch of a gradual rollback, 1–1000. [default: 10]", 1, 1_000);
        var delay = Options.InRange("--delay", "Milliseconds between two batches of a gradual rollback. [default: 1000]", 0, 3_600_000);
        var by = RollbackCommand.By();
        var detach = RollbackCommand.Detach();
        foreach (var option in (Option[])[token, batchSize, delay, by, detach]) command.Add(option);

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line, thorough: true);
            var rollbacks = client.Rollbacks(globals.Workspace(line));
            var request = new StartRollback
            {
                Type = line.Enum<RollbackType>(type),
                Strategy = line.Enum<RollbackStrategy>(strategy),
                ConflictStrategy = line.Enum<ConflictStrategy>(conflicts),
                Selection = selection.Read(line),
                PreviewToken = line.GetValue(token),
                BatchSize = line.GetValue(batchSize),
                DelayMs = line.GetValue(delay),
                AgentId = line.GetValue(by),
            };
            var following = new RollbackFollowing(globals, line, rollbacks);
            var started = await following.BeginAsync(() => rollbacks.StartAsync(line.GetRequiredValue(point), request, cancellationToken: cancellationToken), cancellationToken);
            return await following.EndAsync(started, line.GetValue(detach), cancellationToken);
        });

        return command.WithExamples(
            "memento rollback run --point rp-0199… --agents bob --conflicts ask_user",
            "memento rollback run --point rp-0199… --documents 'file:src/**' --strategy gradual --batch-size 50 --delay 200",
            "memento rollback run --point rp-0199… --preview-token pv-… --detach --json | jq -r .operationId");
    }
}
