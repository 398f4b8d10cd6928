namespace Memento.Cli.Verify.Merges;

/// <summary>Results of merging a file.</summary>
internal enum MergeVerdict
{
    /// <summary>The merge has no conflict, and its value is the committed one.</summary>
    Equal = 0,
    /// <summary>The merge has conflicts.</summary>
    Conflict,
    /// <summary>The merge has no conflict, and its value is not the committed one.</summary>
    Different,
}

/// <summary>Results of merging a file's text with git.</summary>
internal enum GitVerdict
{
    /// <summary>The text has no conflict.</summary>
    Clean = 0,
    /// <summary>The text has no conflict, and is not well-formed any more.</summary>
    Broken,
    /// <summary>The text has conflicts, or git does not merge the file.</summary>
    Conflict,
}

/// <summary>A file that was merged as canonical JSON, with the committed file and git's merge.</summary>
/// <param name="Sides">The values that were merged, and the committed one.</param>
/// <param name="Merged">The merged value, with ours at conflicts.</param>
/// <param name="Conflicts">Number of conflicts of the merge.</param>
/// <param name="Git">Result of git's merge of the text.</param>
/// <param name="GitMerged">The value of git's text; null unless git merges cleanly to a well-formed text.</param>
internal sealed record MergedFile(FileSides<byte[]> Sides, byte[] Merged, int Conflicts, GitVerdict Git, byte[]? GitMerged)
{
    public MergeVerdict Verdict =>
        Conflicts > 0 ? MergeVerdict.Conflict : Same(Merged, Sides.Committed) ? MergeVerdict.Equal : MergeVerdict.Different;

    /// <summary>Whether git's merge of the text is what people committed.</summary>
    public bool IsGitRight => Same(GitMerged, Sides.Committed);

    /// <summary>Whether people changed the merge by hand: git and this merge agree, and something else was committed.</summary>
    public bool IsHandEdited => Verdict is MergeVerdict.Different && Same(GitMerged, Merged);

    /// <summary>Whether people kept the file of one side as a whole where the merge has changes of both.</summary>
    public bool IsOneSideKept =>
        Verdict is MergeVerdict.Different && (Same(Sides.Ours, Sides.Committed) || Same(Sides.Theirs, Sides.Committed));

    /// <summary>Whether this merge finds what was committed where git needs a person.</summary>
    public bool IsGain => Verdict is MergeVerdict.Equal && Git is GitVerdict.Conflict;

    private static bool Same(byte[]? one, byte[]? other) => one is not null && other is not null && one.AsSpan().SequenceEqual(other);
}
