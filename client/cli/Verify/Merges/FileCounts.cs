namespace Memento.Cli.Verify.Merges;

/// <summary>Numbers of merged files.</summary>
internal sealed record FileCounts
{
    public long Json { get; private set; }

    public long Yaml { get; private set; }

    public long Toml { get; private set; }

    public long Files => Json + Yaml + Toml;

    /// <summary>Merged without a conflict to what was committed.</summary>
    public long Equal { get; private set; }

    public long Conflicts { get; private set; }

    /// <summary>Merged without a conflict to something else than what was committed.</summary>
    public long Different { get; private set; }

    /// <summary>Different, and git merges the text to the same as here: people changed it by hand.</summary>
    public long HandEdited { get; private set; }

    /// <summary>Different, and git merges the text cleanly to something else than here, or breaks it.</summary>
    public long DifferentFromGit { get; private set; }

    /// <summary>Different, and git has conflicts.</summary>
    public long DifferentWhereGitConflicts { get; private set; }

    /// <summary>Different, and people kept the file of one side as a whole. Counted beside the three kinds above.</summary>
    public long OneSideKept { get; private set; }

    /// <summary>Files whose text git merges to what was committed.</summary>
    public long GitRight { get; private set; }

    public long ConflictsWhereGitIsRight { get; private set; }

    public long DifferentWhereGitIsRight { get; private set; }

    public long GitConflicts { get; private set; }

    /// <summary>Files that git merges to a text that is not well-formed.</summary>
    public long GitBroken { get; private set; }

    /// <summary>Merged to what was committed, where git has conflicts.</summary>
    public long Gains { get; private set; }

    /// <summary>
    /// Equal files in percent of the files merged without a conflict, those edited by hand left out. Rounded down; null if there are none.
    /// </summary>
    public double? Percent
    {
        get
        {
            var judged = Equal + Different - HandEdited;
            return judged == 0 ? null : Math.Floor(Equal * 100_000.0 / judged) / 1_000;
        }
    }

    public void Add(FileFormat format, MergedFile file)
    {
        if (format is FileFormat.Json) Json++;
        else if (format is FileFormat.Yaml) Yaml++;
        else Toml++;

        if (file.Git is GitVerdict.Conflict) GitConflicts++;
        if (file.Git is GitVerdict.Broken) GitBroken++;
        if (file.IsGitRight) GitRight++;
        if (file.IsGain) Gains++;
        switch (file.Verdict)
        {
            case MergeVerdict.Equal:
                Equal++;
                break;
            case MergeVerdict.Conflict:
                Conflicts++;
                if (file.IsGitRight) ConflictsWhereGitIsRight++;
                break;
            default:
                Different++;
                if (file.IsGitRight) DifferentWhereGitIsRight++;
                if (file.IsOneSideKept) OneSideKept++;
                if (file.IsHandEdited) HandEdited++;
                else if (file.Git is GitVerdict.Conflict) DifferentWhereGitConflicts++;
                else DifferentFromGit++;
                break;
        }
    }

    public static FileCounts Sum(IEnumerable<FileCounts> all)
    {
        var sum = new FileCounts();
        foreach (var some in all)
        {
            sum.Json += some.Json;
            sum.Yaml += some.Yaml;
            sum.Toml += some.Toml;
            sum.Equal += some.Equal;
            sum.Conflicts += some.Conflicts;
            sum.Different += some.Different;
            sum.HandEdited += some.HandEdited;
            sum.DifferentFromGit += some.DifferentFromGit;
            sum.DifferentWhereGitConflicts += some.DifferentWhereGitConflicts;
            sum.OneSideKept += some.OneSideKept;
            sum.GitRight += some.GitRight;
            sum.ConflictsWhereGitIsRight += some.ConflictsWhereGitIsRight;
            sum.DifferentWhereGitIsRight += some.DifferentWhereGitIsRight;
            sum.GitConflicts += some.GitConflicts;
            sum.GitBroken += some.GitBroken;
            sum.Gains += some.Gains;
        }

        return sum;
    }
}
