namespace Merging;

/// <summary>The sides that changed a part of the merged value.</summary>
public enum MergePart
{
    /// <summary>Both sides have the same part: neither changed it, or both changed it in the same way.</summary>
    Common = 0,
    /// <summary>Only our side changed the part.</summary>
    Ours,
    /// <summary>Only their side changed the part.</summary>
    Theirs,
    /// <summary>Both sides changed the part, each in its own way.</summary>
    Conflict,
}
