using Memento.Cli.Git;

namespace Memento.Cli.Verify.Merges;

/// <summary>
/// Merges the files of a repository's merge commits again and compares the results with what people committed. See docs/verify-merges.md.
/// </summary>
internal sealed class MergesVerification(TimeProvider clock, IImportProgress progress, CaseFiles? cases)
{
    private const int MaxFile = 10 * 1024 * 1024;

    /// <summary>Verifies each repository. The report is filled in as the work goes on.</summary>
    /// <param name="max">Merge commits of each repository to read; null for all.</param>
    public async Task RunAsync(IReadOnlyList<string> paths, int? max, MergesReport report, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            var repository = await GitRepository.OpenAsync(path, cancellationToken);
            if (repository.Head is not { } head)
                throw new CommandException($"The repository {path} has no commits yet", ExitCode.WrongUsage);
            cases?.Begin(repository.Name);
            var results = new RepositoryMerges { Repository = repository.Name, Head = head.ToString() };
            report.Repositories.Add(results);
            var started = clock.GetTimestamp();
            try
            {
                await RunAsync(repository, head, max, results, cancellationToken);
            }
            finally
            {
                results.DurationSeconds = Math.Round(clock.GetElapsedTime(started).TotalSeconds, 3);
            }
        }

        report.Interrupted = false;
    }

    private async Task RunAsync(
        GitRepository repository, ObjectId head, int? max, RepositoryMerges results, CancellationToken cancellationToken)
    {
        progress.Stage($"Reading merges of {repository.Name}");
        var merges = await MergeCommits.ReadAsync(repository.Folder, head, max, results, progress, cancellationToken);
        progress.Stage($"Merging files of {repository.Name}");
        await using var objects = new ObjectReader(repository.Folder);
        using var git = new GitTextMerge(progress);
        var done = 0;
        await foreach (var (ours, theirs, committed) in MergeCommits.ChangesAsync(repository.Folder, merges, cancellationToken))
        {
            var merge = merges[done];
            foreach (var candidate in MergeCandidates.Of(ours, theirs, committed, (name, reason) => results.Skip(name, reason)))
                await CompareAsync(merge, candidate, objects, git, results, cancellationToken);
            progress.Report(++done, merges.Count);
        }

        if (done != merges.Count) throw new InvalidDataException("git did not answer for all merge commits.");
    }

    private async Task CompareAsync(
        MergeCommit merge, MergeCandidate candidate, ObjectReader objects, GitTextMerge git, RepositoryMerges results,
        CancellationToken cancellationToken)
    {
        var (contents, lack) = await ReadAsync(candidate, objects, cancellationToken);
        if (contents is null)
        {
            results.Skip(candidate.Name, lack);
            return;
        }

        var sides = contents.Select(content => FileReader.Read(candidate.Format, content));
        foreach (var (side, reading) in sides.All)
        {
            if (reading.Problem is not { } problem) continue;
            var reason = ReferenceEquals(reading, sides.Committed) ? SkipReason.UnreadableInTheMerge : ReasonOf(problem);
            results.Skip(candidate.Name, reason, $"{side} of {merge.Id}: {reading.Detail}");
            return;
        }

        var gitText = await git.MergeAsync(contents.Base ?? [], contents.Ours, contents.Theirs, cancellationToken);
        Merge(merge, candidate, sides, gitText, results);
    }

    private void Merge(MergeCommit merge, MergeCandidate candidate, FileSides<FileReading> sides, byte[]? gitText, RepositoryMerges results)
    {
        var started = clock.GetTimestamp();
        var (file, result) = FileMerger.Merge(candidate.Format, sides, gitText);
        results.MergeSeconds += clock.GetElapsedTime(started).TotalSeconds;
        results.Counts.Add(candidate.Format, file);
        if (!FileMerger.IsNotable(file)) return;

        var detail = FileMerger.Detail(merge.Id.ToString(), candidate.Name, file, result);
        results.Tell(detail);
        cases?.Write(results.Repository, results.Files.Count + (int)results.FilesLeftOut, detail, file);
    }

    /// <summary>Reads the versions of a file; null with the reason if one of them is too large or missing.</summary>
    private static async Task<(FileSides<byte[]>? Contents, SkipReason Reason)> ReadAsync(
        MergeCandidate file, ObjectReader objects, CancellationToken cancellationToken)
    {
        var contents = new List<byte[]>();
        foreach (var blob in (ObjectId?[])[file.Base, file.Ours, file.Theirs, file.Committed])
        {
            if (blob is not { } id) continue;
            if (await objects.FindAsync(id, MaxFile, cancellationToken) is not { } found) return (null, SkipReason.Missing);
            if (found.Content is not { } content) return (null, SkipReason.TooLarge);
            contents.Add(content);
        }

        return (new(file.Base is null ? null : contents[0], contents[^3], contents[^2], contents[^1]), default);
    }

    private static SkipReason ReasonOf(FileProblem problem) => problem switch
    {
        FileProblem.Malformed => SkipReason.Malformed,
        FileProblem.TooDeep => SkipReason.TooDeep,
        _ => SkipReason.Refused,
    };
}
