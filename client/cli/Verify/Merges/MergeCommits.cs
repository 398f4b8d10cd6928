using Memento.Cli.Git;

namespace Memento.Cli.Verify.Merges;

/// <summary>Finds the merge commits of a history, and the files that both of their sides changed.</summary>
internal static class MergeCommits
{
    /// <summary>
    /// Returns the merge commits reachable from a commit, newest first. Commits without exactly one merge base are counted and left out.
    /// </summary>
    /// <param name="max">Merge commits to read; null for all.</param>
    public static async Task<List<MergeCommit>> ReadAsync(
        string folder, ObjectId head, int? max, RepositoryMerges counts, IImportProgress progress, CancellationToken cancellationToken)
    {
        string[] limit = max is { } most ? [$"--max-count={most}"] : [];
        string[] command = ["rev-list", "--merges", "--parents", .. limit, head.ToString()];
        var (code, list, errors) = await GitProcess.RunAsync(folder, cancellationToken, command);
        GitProcess.ThrowIfStopped(code, cancellationToken);
        if (code != 0) throw new CommandException($"git cannot list the merge commits of {folder}: {Format.Clean(errors)}");

        var lines = list.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var found = new List<MergeCommit>();
        for (var i = 0; i < lines.Length; i++)
        {
            counts.Merges++;
            ObjectId[] ids = [.. lines[i].Split(' ').Select(Parse)];
            if (ids.Length != 3) counts.Octopus++;
            else if (await BaseAsync(folder, ids[1], ids[2], counts, cancellationToken) is { } common)
            {
                if (common == ids[1] || common == ids[2]) counts.OneSided++;
                else found.Add(new(ids[0], common, ids[1], ids[2]));
            }

            progress.Report(i + 1, lines.Length);
        }

        return found;
    }

    /// <summary>Streams the changes from the merge base to each side and to the merge commit, in the order of the merge commits.</summary>
    public static IAsyncEnumerable<(List<TreeChange> Ours, List<TreeChange> Theirs, List<TreeChange> Committed)> ChangesAsync(
        string folder, IReadOnlyList<MergeCommit> merges, CancellationToken cancellationToken)
    {
        return ChangesTo(merge => merge.Ours).Zip(ChangesTo(merge => merge.Theirs), ChangesTo(merge => merge.Id));

        IAsyncEnumerable<List<TreeChange>> ChangesTo(Func<MergeCommit, ObjectId> side) =>
            TreeChanges.ReadAsync(folder, [.. merges.Select(merge => (side(merge), merge.Base))], cancellationToken);
    }

    private static async Task<ObjectId?> BaseAsync(
        string folder, ObjectId ours, ObjectId theirs, RepositoryMerges counts, CancellationToken cancellationToken)
    {
        string[] command = ["merge-base", "--all", ours.ToString(), theirs.ToString()];
        var (code, output, errors) = await GitProcess.RunAsync(folder, cancellationToken, command);
        GitProcess.ThrowIfStopped(code, cancellationToken);
        if (code > 1) throw new CommandException($"git cannot find the merge base of {ours} and {theirs}: {Format.Clean(errors)}");
        if (ObjectId.TryParse(output, out var common)) return common;
        if (output.Length == 0) counts.NoBase++;
        else counts.SeveralBases++;
        return null;
    }

    private static ObjectId Parse(string hash) =>
        ObjectId.TryParse(hash, out var id) ? id : throw new InvalidDataException($"git answered something that is not a hash: {hash}");
}
