using System.CommandLine;
using Memento.Rollback;

namespace Memento.Cli.Workspaces;

internal static class DiffPointCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var id = PointsCommand.PointId();
        var to = new Option<string?>("--to") { Description = "Another point, or current. [default: current]", HelpName = "POINT" };
        var stat = new Option<bool>("--stat") { Description = "Only a table: which documents, how many lines, by whom." };
        var words = new Option<bool>("--words") { Description = "Say in words what changed in JSON documents, instead of drawing lines." };
        var granularity = Options.OneOf<DiffGranularity>("--granularity", "How finely lines are compared.");
        var ignore = Options.Names("--ignore", "Differences to leave out and count: a member's name, a glob over paths, or a JSON pointer.", "PATTERN");
        var depth = Options.InRange("--depth", $"How many steps down into documents to look, 1–{DiffOptions.MaxMaxDepth}; what lies deeper is one change.", 1, DiffOptions.MaxMaxDepth);
        var command = new Command("diff", "Show what changed since a rollback point, or between two: document by document, side by side if the terminal is wide.") { id, to, stat, words, granularity, ignore, depth };
        command.Exclude(stat, words);

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line, thorough: true);
            var (workspace, point) = (globals.Workspace(line), line.GetRequiredValue(id));
            var (json, table) = (globals.Json(line), line.GetValue(stat));
            var diff = await client.Rollbacks(workspace).DiffAsync(point, new()
            {
                To = line.GetValue(to) ?? DiffRequest.Current, Visual = !json || !table, Granularity = line.Enum<DiffGranularity>(granularity), Ignore = [.. line.GetValue(ignore) ?? []], Depth = line.GetValue(depth),
            }, cancellationToken);
            if (json) JsonOutput.Write(terminal, diff, MementoJson.Default.PointDiff);
            else if (table) PointDiffRendering.WriteTable(terminal, diff);
            else PointDiffRendering.Write(terminal, diff, line.GetValue(words));
            return ExitCode.Done;
        });

        return command.WithExamples(
            "memento points diff rp-0199…",
            "memento points diff rp-0199… --stat",
            "memento points diff rp-0199… --words --ignore updatedAt",
            "memento points diff rp-0199… --to rp-019a… --json | jq .summary");
    }
}
