using System.CommandLine;
using Memento.Rollback;

namespace Memento.Cli.Rollback;

internal static class PreviewRollbackCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var point = RollbackCommand.Point();
        var command = new Command("preview", "Say what a rollback would do, and give a token with which exactly that can be carried out. Changes nothing.") { point };
        var selection = new SelectionOptions(command, terminal.Clock);
        var strategy = Options.OneOf<RollbackStrategy>("--strategy", "How it would be carried out. [default: safe]");
        var conflicts = Options.OneOf<ConflictStrategy>("--conflicts", "What would become of conflicts. [default: abort]");
        command.Add(strategy);
        command.Add(conflicts);

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line, thorough: true);
            var id = line.GetRequiredValue(point);
            var request = new PreviewRollback { Selection = selection.Read(line), Strategy = line.Enum<RollbackStrategy>(strategy), ConflictStrategy = line.Enum<ConflictStrategy>(conflicts) };
            var preview = await client.Rollbacks(globals.Workspace(line)).PreviewAsync(id, request, cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, preview, MementoJson.Default.RollbackPreview);
            else PreviewRendering.Write(terminal, preview);
            return ExitCode.Done;
        });

        return command.WithExamples(
            "memento rollback preview --point rp-0199… --agents bob",
            "memento rollback preview --point rp-0199… --documents 'entity:parser.*' 'file:src/**' --json | jq -r .previewToken");
    }
}
