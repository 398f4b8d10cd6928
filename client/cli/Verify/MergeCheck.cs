using Memento.Cli.Git;
using Merging.Text;

namespace Memento.Cli.Verify;

/// <summary>
/// Whether merging both sides of the history's merges anew gives what <c>git merge-file</c> gives: the text, conflict markers included.
/// </summary>
internal sealed class MergeCheck(string folder, ObjectReader objects, IImportProgress progress)
{
    private const int GitFailed = 128;   // Below, it is the number of conflicts.
    private const int MaxConflicts = 127;

    public async Task RunAsync(ObjectId head, int most, Check check, CancellationToken cancellationToken)
    {
        var (_, list, _) = await GitProcess.RunAsync(folder, cancellationToken, "rev-list", "--merges", "--parents", $"--max-count={most}", head.ToString());
        var merges = list.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var files = Directory.CreateTempSubdirectory("memento-verify-").FullName;
        try
        {
            for (var i = 0; i < merges.Length; i++)
            {
                ObjectId[] commits = [.. merges[i].Split(' ').Select(hash => ObjectId.TryParse(hash, out var id) ? id : throw new InvalidDataException($"git answered something that is not a hash: {hash}"))];
                if (commits is [var merge, var ours, var theirs] && await BaseAsync(ours, theirs, cancellationToken) is { } common)
                {
                    await CompareAsync(merge, common, ours, theirs, files, check, cancellationToken);
                    check.Commits++;
                }
                else check.Skipped++;   // More than two sides, more than one base, or none.

                progress.Report(i + 1, merges.Length);
            }
        }
        finally
        {
            Directory.Delete(files, recursive: true);
        }
    }

    private async Task<ObjectId?> BaseAsync(ObjectId ours, ObjectId theirs, CancellationToken cancellationToken)
    {
        var (_, output, _) = await GitProcess.RunAsync(folder, cancellationToken, "merge-base", "--all", ours.ToString(), theirs.ToString());
        return ObjectId.TryParse(output, out var common) ? common : null;
    }

    private async Task CompareAsync(ObjectId merge, ObjectId common, ObjectId ours, ObjectId theirs, string files, Check check, CancellationToken cancellationToken)
    {
        var theirChanges = (await TreeChanges.BetweenAsync(folder, common, theirs, cancellationToken)).Where(IsText).ToDictionary(change => change.Key);
        foreach (var our in (await TreeChanges.BetweenAsync(folder, common, ours, cancellationToken)).Where(IsText))
        {
            if (!theirChanges.TryGetValue(our.Key, out var their) || our.Blob == their.Blob) continue;
            var @base = our.OldBlob is { } blob ? await ReadAsync(blob) : [];
            var (left, right) = (await ReadAsync(our.Blob), await ReadAsync(their.Blob));
            if (@base is null || left is null || right is null) continue;
            await CompareAsync(merge, our.Key.Id, @base, left, right, files, check, cancellationToken);
        }

        async Task<byte[]?> ReadAsync(ObjectId blob) => (await objects.ReadAsync(blob, CommitTrees.MaxFile, cancellationToken)).Content;

        // Links and submodules are not merged line by line.
        static bool IsText(TreeChange change) => IsFile(change.NewMode) && (change.OldMode == 0 || IsFile(change.OldMode));

        static bool IsFile(int mode) => mode is not (0 or TreeChange.LinkMode or TreeChange.SubmoduleMode);
    }

    private static async Task CompareAsync(ObjectId merge, string id, byte[] @base, byte[] ours, byte[] theirs, string files, Check check, CancellationToken cancellationToken)
    {
        string[] names = ["ours", "base", "theirs"];
        byte[][] contents = [ours, @base, theirs];
        for (var i = 0; i < names.Length; i++) await File.WriteAllBytesAsync(Path.Combine(files, names[i]), contents[i], cancellationToken);
        var (code, expected) = await GitProcess.ReadAsync(files, cancellationToken, "merge-file", "-p", "-q", "-L", names[0], "-L", names[1], "-L", names[2], names[0], names[1], names[2]);

        cancellationToken.ThrowIfCancellationRequested();   // Ctrl-C reaches git too, and its exit code is no answer then.
        var isBinary = contents.Any(content => TextMerge.IsBinary(content));
        if (isBinary || code >= GitFailed)
        {
            if (isBinary && code >= GitFailed) check.Agree();
            else check.Disagree(merge, id, isBinary ? "Here it is binary; git merges it." : "git does not merge it; here it is text.");
            return;
        }

        var merged = TextMerge.Merge(@base, ours, theirs);
        if (merged.Merged is null != code > 0) check.Disagree(merge, id, code > 0 ? "git finds a conflict; here it is merged." : "Here it is a conflict; git merges it.");
        else if (!merged.WithMarkers(names[0], names[2]).AsSpan().SequenceEqual(expected)) check.Disagree(merge, id, code > 0 ? "The same file is in conflict, at other lines." : "The merged text differs.");
        else if (code < MaxConflicts && merged.Conflicts.Length != code) check.Disagree(merge, id, $"git counts {code} conflicts, here are {merged.Conflicts.Length}.");
        else
        {
            check.Agree();
            if (code > 0) check.Conflicts++;
        }
    }
}
