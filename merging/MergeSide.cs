namespace Merging;

/// <summary>The three versions of a merge.</summary>
public enum MergeSide
{
    /// <summary>The version that both sides started from.</summary>
    Base = 0,
    /// <summary>The version that changes are applied to.</summary>
    Ours,
    /// <summary>The version whose changes are applied.</summary>
    Theirs,
}
