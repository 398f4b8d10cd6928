using System.CommandLine;

namespace Memento.Cli.Git;

internal static class ImportGitCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var path = new Argument<string>("path") { Description = "A folder in the repository, or a bare repository.", HelpName = "PATH", DefaultValueFactory = _ => "." };
        var since = new Option<string?>("--since") { Description = $"Only runs with a commit at or after: {TimeText.Forms}, or anything that git understands.", HelpName = "TIME" };
        var max = Options.InRange("--max", "Only runs with one of the newest N commits.", 1, int.MaxValue);
        var parallel = Options.InRange("--parallel", "Sessions to write at the same time, 1–64. [default: 12]", 1, 64);
        var noDocuments = new Option<bool>("--no-documents") { Description = "Leave the files out: sessions and events only." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done; write nothing." };
        var command = new Command(
            "git",
            "Bring the history of a git repository in as sessions: an author's run of commits, with no pause over an hour, is a session; each commit is an event of it, and its files become documents. "
            + "Can be stopped at any time; run again, it goes on, and nothing is doubled.")
        { path, since, max, parallel, noDocuments, dryRun };

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line, patient: true);
            var workspace = globals.Workspace(line);
            var (sessions, documents) = (client.Sessions(workspace), line.GetValue(noDocuments) ? null : client.Documents(workspace));
            var folder = line.GetRequiredValue(path);
            var settings = new ImportSettings(
                folder, await SinceAsync(line.GetValue(since), folder, terminal.Clock, cancellationToken), line.GetValue(max), line.GetValue(parallel) ?? 12, line.GetValue(dryRun));

            ImportSummary? summary = null;
            try
            {
                if (terminal.ErrorIsTerminal)
                    await BarProgress.RunAsync(terminal.ErrorConsole, progress => new GitImport(sessions, documents, terminal.Clock, progress).RunAsync(settings, s => summary = s, cancellationToken));
                else
                    await new GitImport(sessions, documents, terminal.Clock, new PlainProgress(terminal.Error, terminal.Clock)).RunAsync(settings, s => summary = s, cancellationToken);
                return ExitCode.Done;
            }
            finally
            {
                if (summary is { } told)
                {
                    if (globals.Json(line)) JsonOutput.Write(terminal, told, ImportJson.Default.ImportSummary);
                    else Show(terminal, told);
                }

                if (summary is { Interrupted: true }) terminal.Error.WriteLine("The import is not complete. Run the same command again to go on where it stopped; nothing will be doubled.");
            }
        });

        return command.WithExamples(
            "memento import git ~/src/project --workspace project",
            "memento import git . --since 90d --dry-run",
            "memento import git . --max 1000 --json");
    }

    /// <summary>Reads a time as the other commands do; what they do not know, git may ("last friday").</summary>
    private static async Task<long?> SinceAsync(string? text, string folder, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (text is null) return null;
        var now = clock.GetUtcNow();
        if (TimeText.TryParse(text, now, out var time)) return time.ToUnixTimeSeconds();

        var repository = await GitRepository.OpenAsync(folder, cancellationToken);
        var (code, output, _) = await GitProcess.RunAsync(repository.Folder, cancellationToken, "rev-parse", "--since=" + text);
        const string answer = "--max-age=";
        // git takes words that it does not know for the present moment.
        if (code == 0 && output.StartsWith(answer, StringComparison.Ordinal) && long.TryParse(output.AsSpan(answer.Length), out var seconds) && seconds < now.ToUnixTimeSeconds() - 2) return seconds;
        throw new CommandException($"--since is \"{Format.Clean(text)}\"; must be {TimeText.Forms}, or a time that git understands", ExitCode.WrongUsage);
    }

    private static void Show(Terminal terminal, ImportSummary s)
    {
        List<(string, string)> pairs =
        [
            (s.DryRun ? "Would import" : s.Interrupted ? "Stopped" : "Imported", $"{s.Repository} into workspace {s.Workspace}{(s.Shallow ? " (a shallow clone)" : "")}"),
            ("Commits", $"{Format.Number(s.Commits)} in the history"),
            ("Sessions", $"{Format.Number(s.SessionsCreated)} new, {Format.Number(s.SessionsResumed)} continued, {Format.Number(s.SessionsUnchanged)} unchanged{More(s.SessionsDeleted, "deleted before and left so")}"),
            ("Events", $"{Format.Number(s.Events)} new, {Format.Number(s.EventsUnchanged)} there before"),
        ];
        if (s.Documents is { } d)
        {
            pairs.Add(("Documents", $"of {Format.Number(d.Commits)} commits{(s.DryRun ? "" : $": {Format.Number(d.Written)} files written, {Format.Number(d.Deleted)} deleted")}"
                + $"{More(d.TooLarge, "too large and left out")}{More(d.Submodules, "submodules left out")}{More(d.CommitsUnchanged, "commits there before")}"));
            pairs.Add(("Points", $"{Format.Number(d.Points)} new{More(d.PointsRefused, "refused")}"));
        }

        pairs.Add(("Time", $"{Format.Duration(TimeSpan.FromSeconds(s.DurationSeconds))}, {Format.Number((long)s.EventsPerSecond)} events/s"));
        Tables.WritePairs(terminal, [.. pairs]);

        static string More(long count, string what) => count > 0 ? $", {Format.Number(count)} {what}" : "";
    }
}
