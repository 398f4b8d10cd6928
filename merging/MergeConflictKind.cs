namespace Merging;

/// <summary>The kinds of conflicts.</summary>
public enum MergeConflictKind
{
    /// <summary>Both sides changed the same place, to different values of one type.</summary>
    ValueMismatch = 0,
    /// <summary>An item was removed by one side and changed, renamed or moved by the other.</summary>
    MissingTarget,
    /// <summary>Both sides changed the same place, to values of different types.</summary>
    TypeMismatch,
    /// <summary>Both sides added the same item with different contents.</summary>
    AddedByBoth,
    /// <summary>An item was removed by one side, which made another under the same name. The other side changed the first item.</summary>
    MadeAnew,
    /// <summary>An item was renamed by one side, and renamed differently or changed by the other.</summary>
    Renamed,
    /// <summary>Both sides changed the order of the same elements.</summary>
    Reordered,
    /// <summary>Both sides added different elements at the same place.</summary>
    InsertedAtOnePlace,
    /// <summary>The elements of an array cannot be matched with certainty, and both sides changed the array.</summary>
    NotMatched,
}
