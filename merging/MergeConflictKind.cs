namespace Merging;

/// <summary>The kinds of conflicts.</summary>
public enum MergeConflictKind
{
    /// <summary>Both sides changed the same place, to different values of one type.</summary>
    ValueMismatch = 0,
    /// <summary>One side removed what the other changed, renamed or moved.</summary>
    MissingTarget,
    /// <summary>Both sides changed the same place, to values of different types.</summary>
    TypeMismatch,
    /// <summary>Both sides added the same thing with different contents.</summary>
    AddedByBoth,
    /// <summary>One side removed a thing and made another under the same name, and the other side changed the first one.</summary>
    MadeAnew,
    /// <summary>One side renamed a thing, and the other renamed it differently, or changed it.</summary>
    Renamed,
    /// <summary>Both sides changed the order of the same elements.</summary>
    Reordered,
    /// <summary>Both sides added different elements at the same place.</summary>
    InsertedAtOnePlace,
    /// <summary>The elements of an array cannot be matched with certainty, and both sides changed the array.</summary>
    NotMatched,
}
