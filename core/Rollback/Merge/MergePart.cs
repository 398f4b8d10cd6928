namespace Memento.Rollback;

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

/// <summary>Elements in a row, as indexes from 0. With a <see cref="Length"/> of 0 it is the gap before <see cref="Start"/>.</summary>
public readonly record struct Stretch(int Start, int Length)
{
    /// <summary>Index after the last one.</summary>
    public int End => Start + Length;

    public static Stretch Between(int start, int end) => new(start, end - start);
}

/// <summary>The same part in the three versions.</summary>
internal readonly record struct MergeRegion(MergePart Part, Stretch Base, Stretch Ours, Stretch Theirs);
