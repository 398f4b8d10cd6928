using Memento.Cli.Git;

namespace Memento.Cli.Verify;

/// <summary>A commit that was written, and the point that names the moment after it.</summary>
internal readonly record struct WrittenCommit(ObjectId Commit, bool IsMerge, string SessionId, string PointId);

/// <summary>The commits of a run, oldest first. The first one is only what the others build on.</summary>
/// <param name="Root">Hash of all documents after the last one.</param>
internal sealed record WrittenCommits(IReadOnlyList<WrittenCommit> All, string Root)
{
    public WrittenCommit Last => All[^1];

    /// <summary>Some of them by chance, none twice, in order.</summary>
    public int[] Sample(Random random, int from, int count)
    {
        var all = Enumerable.Range(from, All.Count - from).ToArray();
        random.Shuffle(all);
        var some = all[..Math.Min(count, all.Length)];
        Array.Sort(some);
        return some;
    }
}
