namespace Merging;

/// <summary>One of the three versions that a merge knows.</summary>
public enum MergeSide
{
    /// <summary>What both sides started from.</summary>
    Base = 0,
    /// <summary>The version that changes are applied to.</summary>
    Ours,
    /// <summary>The version whose changes are applied.</summary>
    Theirs,
}
