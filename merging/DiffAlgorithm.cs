namespace Merging;

/// <summary>
/// The algorithms that compare two sequences. Both find every change. They differ in which of several equal lines they take for the
/// unchanged one.
/// </summary>
public enum DiffAlgorithm
{
    /// <summary>
    /// Fewest changed lines, or nearly so where that would cost too much. <c>git diff</c> and <c>git merge-file</c> use this algorithm.
    /// </summary>
    Myers = 0,

    /// <summary>
    /// Rare lines are matched first, so braces and blank lines do not pull unrelated blocks together. <c>git merge</c>, <c>git revert</c>
    /// and <c>git rebase</c> use this algorithm.
    /// </summary>
    Histogram,
}
