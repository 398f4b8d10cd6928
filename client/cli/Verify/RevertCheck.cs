using Memento.Cli.Git;
using Memento.Rollback;

namespace Memento.Cli.Verify;

/// <summary>Whether undoing what one session did gives what <c>git revert</c> of its commit gives on HEAD, file by file, conflicts included.</summary>
internal sealed class RevertCheck(GitReverts git, CommitTrees trees, StoredFiles stored, Rollbacks rollbacks, IImportProgress progress)
{
    public async Task RunAsync(WrittenCommits commits, int[] sample, Check check, CancellationToken cancellationToken)
    {
        var head = await trees.ReadAsync(commits.Last.Commit, cancellationToken);
        for (var i = 0; i < sample.Length; i++)
        {
            await CompareAsync(commits, sample[i], head, check, cancellationToken);
            check.Commits++;
            progress.Report(i + 1, sample.Length);
        }
    }

    private async Task CompareAsync(WrittenCommits commits, int index, Dictionary<string, TreeFile> head, Check check, CancellationToken cancellationToken)
    {
        var (at, before) = (commits.All[index], commits.All[index - 1]);
        var expected = await git.RevertAsync(at.Commit, at.IsMerge, cancellationToken);
        var done = await rollbacks.RunAsync(before.PointId, new()
        {
            Type = RollbackType.Selective,
            Strategy = RollbackStrategy.Immediate,
            ConflictStrategy = ConflictStrategy.AskUser,
            Selection = new() { Sessions = [at.SessionId], Documents = [new() { Type = SelectedType.File }] },
        }, cancellationToken);
        if (done.Status is not RollbackStatus.Completed)
        {
            check.Disagree(at.Commit, null, $"Rolling back ended {Format.Name(done.Status)}: {done.Error?.Message}");
            return;
        }

        var conflicts = await rollbacks.ConflictsAsync(done.OperationId, cancellationToken);
        var there = await stored.ReadAsync(null, cancellationToken);
        foreach (var id in head.Keys.Concat(there.Keys).Concat(expected.Keys).Concat(conflicts).Distinct(StringComparer.Ordinal))
        {
            TreeFile? was = head.TryGetValue(id, out var old) ? old : null, now = there.TryGetValue(id, out var file) ? file : null;
            var ours = new Reverted(conflicts.Contains(id), now);
            var theirs = expected.TryGetValue(id, out var reverted) ? reverted : new(false, was);
            if (!ours.Conflicts && !theirs.Conflicts && now == was && theirs.File == was) continue;   // Neither has anything to do with it.
            if (ours.Conflicts != theirs.Conflicts) check.Disagree(at.Commit, id, ours.Conflicts ? "Here it is a conflict; git reverts it." : "git finds a conflict; here it is rolled back.");
            else if (ours.Conflicts && now != was) check.Disagree(at.Commit, id, "It is a conflict, and was changed all the same.");
            else if (!ours.Conflicts && now != theirs.File) check.Disagree(at.Commit, id, $"git makes {Describe(theirs.File)} of it; here it is {Describe(now)}.");
            else
            {
                check.Agree();
                if (ours.Conflicts) check.Conflicts++;
            }
        }

        if (done.AppliedChanges == 0) return;
        if (await rollbacks.UndoAsync(done, commits.Root, cancellationToken) is not { } problem) return;
        check.Disagree(at.Commit, null, problem);
        await rollbacks.RestoreAsync(commits.Last.PointId, cancellationToken);
    }

    private static string Describe(TreeFile? file) => file is { } there ? $"{there.Length} bytes with the SHA-256 {there.Hash}" : "nothing";
}
