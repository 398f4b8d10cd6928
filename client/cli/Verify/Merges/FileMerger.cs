using Memento.Cli.Git;
using Merging.Json;

namespace Memento.Cli.Verify.Merges;

/// <summary>Merges one file as JSON and describes the result.</summary>
internal static class FileMerger
{
    private const int MaxPlaces = 5, MaxValueLength = 200;

    /// <summary>Characters that are shown before the first difference of long values.</summary>
    private const int Context = 40;

    /// <summary>Merges the sides of a file.</summary>
    /// <param name="sides">The versions of the file, all of them readable.</param>
    /// <param name="gitText">Git's merge of the text; null if git has conflicts.</param>
    public static (MergedFile File, JsonMergeResult Result) Merge(FileFormat format, FileSides<FileReading> sides, byte[]? gitText)
    {
        var git = gitText is null ? null : FileReader.Read(format, gitText);
        if (git?.Problem is not null) git = null;
        var values = FileReading.Values(sides.Base, sides.Ours, sides.Theirs, sides.Committed, git);
        var json = new FileSides<byte[]>(values[0], values[1]!, values[2]!, values[3]!);
        var merged = JsonMerge.Merge(json.Base ?? [], json.Ours, json.Theirs);
        var verdict = gitText is null ? GitVerdict.Conflict : git is null ? GitVerdict.Broken : GitVerdict.Clean;
        return (new(json, merged.Merged, merged.Conflicts.Length, verdict, values[4]), merged);
    }

    /// <summary>Tells whether a file is one to look at.</summary>
    public static bool IsNotable(MergedFile file) =>
        file.Verdict is MergeVerdict.Different || file.Verdict is MergeVerdict.Conflict && file.IsGitRight;

    public static FileDetail Detail(string commit, string name, MergedFile file, JsonMergeResult result)
    {
        var places = file.Verdict is MergeVerdict.Different ? JsonDifferences.Find(file.Merged, file.Sides.Committed, MaxPlaces) : [];
        return new()
        {
            Commit = commit,
            File = name,
            Verdict = file.Verdict,
            Git = file.Git,
            IsGitRight = file.IsGitRight,
            IsHandEdited = file.IsHandEdited,
            IsOneSideKept = file.IsOneSideKept,
            Places = [.. places.Select(place => Place(file, place))],
            Conflicts = [.. result.Conflicts.Take(MaxPlaces).Select(conflict => new ConflictPlace(conflict.Path, conflict.Why))],
        };
    }

    /// <summary>The values at a place, cut to the part where they begin to differ.</summary>
    private static DifferentPlace Place(MergedFile file, string place)
    {
        var (@base, ours, theirs, committed) = file.Sides;
        string?[] values = [.. new[] { @base, ours, theirs, committed, file.Merged }.Select(json => json is null ? null : JsonDifferences.At(json, place))];
        var start = Math.Max(0, CommonLength([.. values.OfType<string>()]) - Context);
        string?[] shown = [.. values.Select(value => value is null ? null : (start > 0 ? "…" : "") + EntityNames.Shorten(value[start..], MaxValueLength))];
        return new(place, shown[0], shown[1], shown[2], shown[3], shown[4]);
    }

    private static int CommonLength(string[] values) =>
        values.Length == 0 ? 0 : values.Min(value => value.AsSpan().CommonPrefixLength(values[0]));
}
