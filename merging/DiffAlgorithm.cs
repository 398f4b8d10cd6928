namespace Merging;

/// <summary>How two sequences are compared. Both find all that changed; they differ in which of several equal lines they take for the one that stayed.</summary>
public enum DiffAlgorithm
{
    /// <summary>Fewest changed lines, or nearly so where that would cost too much. What <c>git diff</c> and <c>git merge-file</c> use.</summary>
    Myers = 0,

    /// <summary>Lines that are rare are matched first, so braces and blank lines do not pull unrelated blocks together. What <c>git merge</c>, <c>git revert</c> and <c>git rebase</c> use.</summary>
    Histogram,
}
