using System.CommandLine;

namespace Memento.Cli.Workspaces;

internal static class CompactCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would go." };
        var keep = Options.Span("--keep", "How much history stays whole. [default: as the server is set, 30 days] As");
        var command = new Command("compact", "Take back the space of old versions that no rollback point sees. Every point still restores exactly; behind what is kept, single agents' work can no longer be undone.") { dryRun, keep };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line, thorough: true);
            var report = await client.Documents(globals.Workspace(line)).CompactAsync(new() { DryRun = line.GetValue(dryRun), HistorySeconds = line.Span(keep) }, cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, report, MementoJson.Default.CompactionReport);
            else
            {
                terminal.Out.WriteLine(
                    $"{Format.Number(report.Dropped)} of {Format.Count(report.Versions, "version", "versions")} {(report.DryRun ? "would go" : "went")}, {Format.Bytes(report.DroppedBytes)}; " +
                    $"{Format.Count(report.Points, "rollback point", "rollback points")} and everything after version {Format.Number(report.UpTo)} stay whole.");
            }

            return ExitCode.Done;
        });
        return command.WithExamples("memento docs compact --dry-run", "memento docs compact --keep 7d");
    }
}
