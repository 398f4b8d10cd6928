using System.CommandLine;

namespace Memento.Cli.Workspaces;

internal static class DiffPointCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var id = PointsCommand.PointId();
        var to = new Option<string?>("--to") { Description = "Another point, or current. [default: current]", HelpName = "POINT" };
        var stat = new Option<bool>("--stat") { Description = "Only a table: which documents, how many lines, by whom." };
        var command = new Command("diff", "Show what changed since a rollback point, or between two: document by document, side by side if the terminal is wide.") { id, to, stat };

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line, thorough: true);
            var (workspace, point) = (globals.Workspace(line), line.GetRequiredValue(id));
            var (json, table) = (globals.Json(line), line.GetValue(stat));
            var diff = await client.Rollbacks(workspace).DiffAsync(point, line.GetValue(to), visual: !json || !table, cancellationToken);
            if (json) JsonOutput.Write(terminal, diff, MementoJson.Default.PointDiff);
            else if (table) PointDiffRendering.WriteTable(terminal, diff);
            else PointDiffRendering.Write(terminal, diff);
            return ExitCode.Done;
        });

        return command.WithExamples(
            "memento points diff rp-0199…",
            "memento points diff rp-0199… --stat",
            "memento points diff rp-0199… --to rp-019a… --json | jq .summary");
    }
}
