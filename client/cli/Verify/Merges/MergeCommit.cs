using Memento.Cli.Git;

namespace Memento.Cli.Verify.Merges;

/// <summary>A merge commit of two parents with one merge base.</summary>
internal readonly record struct MergeCommit(ObjectId Id, ObjectId Base, ObjectId Ours, ObjectId Theirs);

/// <summary>A file that both sides of a merge changed.</summary>
/// <param name="Name">The path, as <see cref="EntityNames.OfPath"/> writes it.</param>
/// <param name="Base">Null if both sides added the file.</param>
internal readonly record struct MergeCandidate(
    string Name, FileFormat Format, ObjectId? Base, ObjectId Ours, ObjectId Theirs, ObjectId Committed);

/// <summary>Chooses the files of a merge commit that can be merged again.</summary>
internal static class MergeCandidates
{
    /// <summary>The candidates among the changes from the merge base to each side and to the merge commit.</summary>
    /// <param name="skip">Called with the name of each file that both sides changed and that is left out, and the reason.</param>
    public static List<MergeCandidate> Of(
        IEnumerable<TreeChange> ours, IEnumerable<TreeChange> theirs, IEnumerable<TreeChange> committed, Action<string, SkipReason> skip)
    {
        var theirChanges = theirs.ToDictionary(change => change.Key.Id, StringComparer.Ordinal);
        var committedChanges = committed.ToDictionary(change => change.Key.Id, StringComparer.Ordinal);
        var found = new List<MergeCandidate>();
        foreach (var our in ours)
        {
            if (FileFormats.Of(our.Key.Id) is not { } format || !theirChanges.TryGetValue(our.Key.Id, out var their)) continue;
            var result = committedChanges.TryGetValue(our.Key.Id, out var change) ? change : Unchanged(our);
            if (Reason(our, their, result) is { } reason) skip(our.Key.Id, reason);
            else found.Add(new(our.Key.Id, format, our.OldBlob, our.Blob, their.Blob, result.Blob));
        }

        return found;
    }

    private static SkipReason? Reason(TreeChange our, TreeChange their, TreeChange committed)
    {
        if (our.NewMode == 0 || their.NewMode == 0) return SkipReason.DeletedByASide;
        if (!IsFile(our.NewMode) || !IsFile(their.NewMode) || our.OldMode != 0 && !IsFile(our.OldMode)) return SkipReason.NoRegularFile;
        if (our.Blob == their.Blob) return SkipReason.SameOnBothSides;
        return IsFile(committed.NewMode) ? null : SkipReason.NotInTheMerge;
    }

    /// <summary>The change from the merge base to a merge commit that has the file as the base has it.</summary>
    private static TreeChange Unchanged(TreeChange our) =>
        our.OldBlob is { } blob ? our with { NewMode = our.OldMode, Blob = blob } : our with { NewMode = 0 };

    private static bool IsFile(int mode) => mode is not (0 or TreeChange.LinkMode or TreeChange.SubmoduleMode);
}
