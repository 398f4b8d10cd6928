using Memento.Cli.Git;
using Memento.Rollback;

namespace Memento.Cli.Verify;

/// <summary>Whether points are what their commits were: read as they are, and rolled back to.</summary>
internal sealed class TreeChecks(CommitTrees trees, StoredFiles stored, Rollbacks rollbacks, IImportProgress progress)
{
    /// <summary>Reads every file at some points.</summary>
    public async Task ReadPointsAsync(WrittenCommits commits, int[] sample, Check check, CancellationToken cancellationToken)
    {
        for (var i = 0; i < sample.Length; i++)
        {
            var at = commits.All[sample[i]];
            Compare(check, at.Commit, await trees.ReadAsync(at.Commit, cancellationToken), await stored.ReadAsync(at.PointId, cancellationToken));
            check.Commits++;
            progress.Report(i + 1, sample.Length);
        }
    }

    /// <summary>Rolls back to some points, looks, and takes it back.</summary>
    public async Task RollBackAsync(WrittenCommits commits, int[] sample, Check check, CancellationToken cancellationToken)
    {
        for (var i = 0; i < sample.Length; i++)
        {
            var at = commits.All[sample[i]];
            var done = await rollbacks.RunAsync(at.PointId, new() { Type = RollbackType.Full, Strategy = i % 2 == 0 ? RollbackStrategy.Safe : RollbackStrategy.Immediate }, cancellationToken);
            if (done.Status is not RollbackStatus.Completed) check.Disagree(at.Commit, null, $"Rolling back ended {Format.Name(done.Status)}: {done.Error?.Message}");
            else
            {
                Compare(check, at.Commit, await trees.ReadAsync(at.Commit, cancellationToken), await stored.ReadAsync(null, cancellationToken));
                if (await rollbacks.UndoAsync(done, commits.Root, cancellationToken) is { } problem)
                {
                    check.Disagree(at.Commit, null, problem);
                    await rollbacks.RestoreAsync(commits.Last.PointId, cancellationToken);
                }
            }

            check.Commits++;
            progress.Report(i + 1, sample.Length);
        }
    }

    private static void Compare(Check check, ObjectId commit, Dictionary<string, TreeFile> expected, Dictionary<string, TreeFile> there)
    {
        foreach (var (id, file) in expected)
        {
            if (!there.TryGetValue(id, out var other)) check.Disagree(commit, id, "It is in the commit, and no document.");
            else if (other != file) check.Disagree(commit, id, $"The commit has {file.Length} bytes with the SHA-256 {file.Hash}, the document {other.Length} bytes with {other.Hash}.");
            else check.Agree();
        }

        foreach (var id in there.Keys)
            if (!expected.ContainsKey(id)) check.Disagree(commit, id, "It is a document, and not in the commit.");
    }
}
