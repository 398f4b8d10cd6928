using System.Globalization;
using Memento.Cli.Git;
using Memento.Workspaces;

namespace Memento.Cli.Verify;

/// <summary>What to compare.</summary>
/// <param name="Commits">Newest commits of the branch to write; also the most merges to repeat.</param>
/// <param name="Seed">What is left to chance follows from it.</param>
internal sealed record VerifySettings(string Path, int Commits, int Seed);

/// <summary>Compares the server with git, in a workspace of its own that stays afterwards. See docs/verify-git.md.</summary>
internal sealed class GitVerification(IMementoClient client, TimeProvider clock, IImportProgress progress)
{
    public async Task RunAsync(VerifySettings settings, Action<VerifyReport> onReport, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var repository = await GitRepository.OpenAsync(settings.Path, cancellationToken);
        if (repository.Head is not { } head) throw new CommandException("The repository has no commits yet; there is nothing to compare", ExitCode.WrongUsage);
        progress.Stage("Reading the history");
        var history = await HistoryReader.ReadAsync(repository, read => progress.Report(read, 0), cancellationToken);
        var line = MainLine.Of(history, head);
        var first = Math.Max(0, line.Ids.Count - settings.Commits - 1);

        var workspace = string.Create(CultureInfo.InvariantCulture, $"verify-{head.ToString()[..10]}-{settings.Seed}");
        var (documents, rollbackClient) = (client.Documents(workspace), client.Rollbacks(workspace));
        if ((await documents.GetAsync(cancellationToken)).Seq > 0)
            throw new CommandException($"The workspace {workspace} is from an earlier run; choose another --seed", ExitCode.Conflict);

        Check[] checks =
        [
            new("points", "Files at a point are the commit's, byte for byte", 100),
            new("rollbacks", "A full rollback gives the commit's files", 100),
            new("reverts", "Undoing a session gives what git revert gives", 99),
            new("merges", "Merging gives what git merge-file gives", 99),
        ];
        var report = new VerifyReport { Repository = repository.Name, Workspace = workspace, Head = head.ToString(), Seed = settings.Seed, Commits = line.Ids.Count - first - 1, Checks = checks, Interrupted = true };
        try
        {
            await using var objects = new ObjectReader(repository.Folder);
            var trees = new CommitTrees(repository.Folder, objects);
            var commits = await WriteAsync(repository, history, line, first, documents, objects, report, cancellationToken);
            report.Files = (await trees.ReadAsync(head, cancellationToken)).Count;
            var (stored, rollbacks, random) = (new StoredFiles(documents), new Rollbacks(rollbackClient, documents), new Random(settings.Seed));
            var tree = new TreeChecks(trees, stored, rollbacks, progress);

            progress.Stage("Reading points");
            await tree.ReadPointsAsync(commits, commits.Sample(random, 0, Math.Max(5, report.Commits / 10)), checks[0], cancellationToken);
            progress.Stage("Rolling back");
            await tree.RollBackAsync(commits, commits.Sample(random, 0, Math.Max(3, report.Commits / 20)), checks[1], cancellationToken);
            progress.Stage("Reverting");
            await using (var git = await GitReverts.CloneAsync(repository, cancellationToken))
                await new RevertCheck(git, trees, stored, rollbacks, progress).RunAsync(commits, commits.Sample(random, 1, Math.Max(20, report.Commits / 4)), checks[2], cancellationToken);
            progress.Stage("Merging");
            await new MergeCheck(repository.Folder, objects, progress).RunAsync(head, settings.Commits, checks[3], cancellationToken);
            report.Interrupted = false;
        }
        finally
        {
            report.DurationSeconds = Math.Round(clock.GetElapsedTime(started).TotalSeconds, 3);
            onReport(report);
        }
    }

    /// <summary>Writes the commits with a session and a point each.</summary>
    private async Task<WrittenCommits> WriteAsync(
        GitRepository repository, History history, MainLine line, int first, IWorkspaceClient documents, ObjectReader objects, VerifyReport report, CancellationToken cancellationToken)
    {
        progress.Stage("Writing commits");
        var (counts, written) = (new DocumentCounts(), new List<WrittenCommit>());
        var writer = new DocumentWriter(documents, objects, repository.Name, counts);
        await WriteOneAsync(first, null, await TreeChanges.BetweenAsync(repository.Folder, null, line.Ids[first], cancellationToken));

        var asked = Enumerable.Range(first + 1, line.Ids.Count - first - 1).Select(i => (line.Ids[i], line.Ids[i - 1])).ToArray();
        await foreach (var changes in TreeChanges.ReadAsync(repository.Folder, asked, cancellationToken))
            await WriteOneAsync(first + written.Count, line.Ids[first + written.Count - 1], changes);

        if (written.Count != asked.Length + 1) throw new InvalidDataException("git did not answer for all commits.");
        report.LeftOut = counts.TooLarge + counts.Submodules;
        return new(written, (await documents.GetAsync(cancellationToken)).Root);

        async Task WriteOneAsync(int position, ObjectId? compared, IReadOnlyList<TreeChange> changes)
        {
            var (id, commit) = (line.Ids[position], history.Commits[line.Commits[position]]);
            var session = $"commit-{id}";
            await writer.WriteAsync(new(id, compared, history.Authors[commit.Author], session), changes, null, cancellationToken);
            var point = await documents.CreatePointAsync(new() { Name = id.ToString(), Pinned = true, TtlSeconds = 0 }, cancellationToken: cancellationToken);
            written.Add(new(id, commit.Parents > 1, session, point.RollbackPointId));
            progress.Report(written.Count, line.Ids.Count - first);
        }
    }
}
