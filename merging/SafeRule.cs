namespace Merging;

/// <summary>
/// The reasons why changes of both sides to one place, or to neighboring places, are no conflict. The list is complete:
/// every other overlap is recorded as a conflict.
/// </summary>
public enum SafeRule
{
    /// <summary>Both sides made the same change.</summary>
    SameChange = 0,
    /// <summary>The sides changed, added or removed different members of one object. The order of members means nothing.</summary>
    DifferentMembers,
    /// <summary>The sides changed, added, removed or moved different elements of one array.</summary>
    DifferentElements,
    /// <summary>
    /// Both sides moved elements of one array, and no element got a new neighbor from both; or one side added elements at an end of the
    /// array, and the other moved the outermost element away.
    /// </summary>
    DifferentMoves,
    /// <summary>
    /// A rule says that the array is a set: the additions and removals of both sides are applied, and the order means nothing.
    /// </summary>
    Set,
    /// <summary>A rule says that the larger of two numbers counts.</summary>
    Max,
    /// <summary>A rule says that the string is text: the sides changed different lines of the text.</summary>
    TextLines,
}

/// <summary>A place where a safe rule decided.</summary>
/// <param name="Path">JSON Pointer to the place in the merged value.</param>
public readonly record struct AppliedRule(string Path, SafeRule Rule);
