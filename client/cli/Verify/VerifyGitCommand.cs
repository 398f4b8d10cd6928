using System.CommandLine;
using System.Globalization;
using Memento.Cli.Git;

namespace Memento.Cli.Verify;

internal static class VerifyGitCommand
{
    private const int DefaultCommits = 200;

    /// <summary>A point each, and a server keeps 1,000 points unless it was told otherwise; some are needed for the rollbacks.</summary>
    private const int MaxCommits = 800;

    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var path = new Argument<string>("path") { Description = "A folder in the repository, or a bare repository.", HelpName = "PATH", DefaultValueFactory = _ => "." };
        var commits = Options.InRange("--commits", $"Newest commits to write, 1–{MaxCommits}. [default: {DefaultCommits}]", 1, MaxCommits);
        var seed = Options.InRange("--seed", "The same number makes the same choices. [default: by chance]", 0, int.MaxValue);
        var command = new Command(
            "git",
            "Compare rollback points, rollbacks and merges with git: writes the newest commits of a repository into a workspace of its own, one session and one point each, and checks that points are the commits' files, "
            + "rollbacks go back to them, undoing a session is git revert, and merging is git merge-file. Exit code 0 if all points and rollbacks and 99 % of the others agree, else 1.")
        { path, commits, seed };

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line, patient: true);
            var settings = new VerifySettings(line.GetRequiredValue(path), line.GetValue(commits) ?? DefaultCommits, line.GetValue(seed) ?? Random.Shared.Next(1, 1_000_000));
            VerifyReport? report = null;
            try
            {
                if (terminal.ErrorIsTerminal)
                    await BarProgress.RunAsync(terminal.ErrorConsole, progress => new GitVerification(client, terminal.Clock, progress).RunAsync(settings, r => report = r, cancellationToken));
                else
                    await new GitVerification(client, terminal.Clock, new PlainProgress(terminal.Error, terminal.Clock)).RunAsync(settings, r => report = r, cancellationToken);
                return report!.Passed ? ExitCode.Done : ExitCode.Failed;
            }
            finally
            {
                if (report is { } told)
                {
                    if (globals.Json(line)) JsonOutput.Write(terminal, told, VerifyJson.Default.VerifyReport);
                    else Show(terminal, told);
                }
            }
        });

        return command.WithExamples("memento verify git ~/src/project", "memento verify git . --commits 500 --seed 7 --json");
    }

    private static void Show(Terminal terminal, VerifyReport report)
    {
        List<(string, string)> pairs =
        [
            (report.Interrupted ? "Stopped" : "Compared", $"{Format.Number(report.Commits)} commits of {report.Repository} up to {report.Head}, with {Format.Number(report.Files)} files"),
            ("Workspace", $"{report.Workspace} (seed {report.Seed})"),
        ];
        if (report.LeftOut > 0) pairs.Add(("Left out", $"{Format.Number(report.LeftOut)} submodules and files that are too large"));
        foreach (var check in report.Checks)
        {
            pairs.Add((check.Name, check.Compared == 0 ? report.Interrupted ? "not compared" : "nothing to compare"
                : $"{Percent(check)} of {Format.Number(check.Compared)} files of {Format.Number(check.Commits)} commits"
                + $"{(check.Conflicts > 0 ? $", {Format.Number(check.Conflicts)} conflicts among them" : "")}{(check.Skipped > 0 ? $"; {Format.Number(check.Skipped)} merges of another kind left out" : "")}"
                + $"{(check.Passed ? "" : $" – at least {check.Required} % are needed")}"));
        }

        pairs.Add(("Time", Format.Duration(TimeSpan.FromSeconds(report.DurationSeconds))));
        Tables.WritePairs(terminal, [.. pairs]);
        foreach (var check in report.Checks)
            foreach (var found in check.Disagreements)
                terminal.Out.WriteLine($"{check.Name}: {found.Commit}{(found.Id is null ? "" : $" {Format.Clean(found.Id)}")}: {found.Reason}");
    }

    private static string Percent(Check check) => check.Percent.ToString("0.###", CultureInfo.InvariantCulture) + " %";
}
