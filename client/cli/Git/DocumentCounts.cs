namespace Memento.Cli.Git;

/// <summary>What became of a repository's files. Printed by <c>--json</c>: names are a contract.</summary>
internal sealed record DocumentCounts
{
    /// <summary>Commits whose files were written, or would be.</summary>
    public long Commits { get; set; }

    /// <summary>Commits on the line of first parents that are not newer than what was there before.</summary>
    public long CommitsUnchanged { get; set; }

    /// <summary>Files written, each version counted.</summary>
    public long Written { get; set; }

    /// <summary>Files deleted.</summary>
    public long Deleted { get; set; }

    /// <summary>Versions of files that are larger than the server takes; the file is not there then.</summary>
    public long TooLarge { get; set; }

    /// <summary>Versions of submodules, which are not files.</summary>
    public long Submodules { get; set; }

    /// <summary>Rollback points made.</summary>
    public long Points { get; set; }

    /// <summary>Rollback points for which the workspace had no room.</summary>
    public long PointsRefused { get; set; }
}
