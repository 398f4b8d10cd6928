using System.CommandLine;
using Memento.Cli.Git;

namespace Memento.Cli.Verify.Merges;

internal static class VerifyMergesCommand
{
    private const int DefaultShow = 10, MaxShow = 2_000;

    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var paths = new Argument<string[]>("repository")
        {
            Description = "Folders in repositories, or bare repositories.", HelpName = "REPOSITORY", Arity = ArgumentArity.OneOrMore,
        };
        var limit = Options.InRange("--limit", "Newest merge commits of each repository to look at. [default: all]", 1, int.MaxValue);
        var show = Options.InRange("--show", $"Files of each repository to write out, 0–{MaxShow}. [default: {DefaultShow}]", 0, MaxShow);
        var cases = new Option<string?>("--cases")
        {
            Description = "Write the versions of each file to look at into this folder, as JSON.", HelpName = "FOLDER",
        };
        var command = new Command(
            "merges",
            "Merge again what people have merged: takes each JSON, YAML and TOML file that both parents of a merge commit changed, "
            + "merges it as JSON, and compares the result with what was committed. Needs no server. "
            + "Exit code 0 if every file merged without a conflict is what was committed, or was edited by hand; "
            + "3 if there was no file to compare; else 1.")
        { paths, limit, show, cases };

        command.SetAction(async (line, cancellationToken) =>
        {
            var report = new MergesReport();
            var folders = line.GetRequiredValue(paths);
            var caseFiles = line.GetValue(cases) is { } folder ? new CaseFiles(folder) : null;
            try
            {
                if (terminal.ErrorIsTerminal) await BarProgress.RunAsync(terminal.ErrorConsole, VerifyAsync);
                else await VerifyAsync(new PlainProgress(terminal.Error, terminal.Clock));
                return report.Passed ? ExitCode.Done : report.NothingCompared ? ExitCode.NotFound : ExitCode.Failed;
            }
            finally
            {
                if (report.Repositories.Count > 0)
                {
                    if (globals.Json(line)) JsonOutput.Write(terminal, report, MergesJson.Default.MergesReport);
                    else MergesText.Write(terminal, report, line.GetValue(show) ?? DefaultShow);
                }
            }

            Task VerifyAsync(IImportProgress progress)
            {
                var verification = new MergesVerification(terminal.Clock, progress, caseFiles);
                return verification.RunAsync(folders, line.GetValue(limit), report, cancellationToken);
            }
        });

        return command.WithExamples(
            "memento verify merges ~/src/project",
            "memento verify merges . --limit 1000 --show 50",
            "memento verify merges one two --json");
    }
}
