namespace Merging;

/// <summary>The kinds of conflicts.</summary>
public enum MergeConflictKind
{
    /// <summary>Both sides changed the same place, to different values of one type.</summary>
    ValueMismatch = 0,
    /// <summary>One side removed what the other changed.</summary>
    MissingTarget,
    /// <summary>Both sides changed the same place, to values of different types.</summary>
    TypeMismatch,
}
