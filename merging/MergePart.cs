namespace Merging;

/// <summary>Who changed a part of what is merged.</summary>
public enum MergePart
{
    /// <summary>Both sides have the same there: nobody changed it, or both did in the same way.</summary>
    Common = 0,
    /// <summary>Only our side changed it.</summary>
    Ours,
    /// <summary>Only their side changed it.</summary>
    Theirs,
    /// <summary>Both sides changed it, each in its own way.</summary>
    Conflict,
}
