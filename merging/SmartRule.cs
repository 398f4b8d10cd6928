namespace Merging;

/// <summary>How a smart merge settled a conflict. The first rule that fits is taken.</summary>
public enum SmartRule
{
    /// <summary>The two sides differ in white space only: theirs.</summary>
    SameButForWhiteSpace = 0,
    /// <summary>One side changed nothing but white space: the other.</summary>
    OneChangedWhiteSpace,
    /// <summary>One side has all that the other has, in the same order, and more: the larger.</summary>
    OneContainsTheOther,
    /// <summary>Both added something where nothing was: ours, then theirs. Members and elements of sets: all of them.</summary>
    BothAdded,
    /// <summary>Both changed lines that touch, but no line in common: both changes.</summary>
    LinesTouch,
    /// <summary>Both changed different words of the same lines: both changes.</summary>
    DifferentWords,
    /// <summary>One side removed what the other changed: removed.</summary>
    OneRemoved,
    /// <summary>One side deleted the whole document, the other changed it: it stays, as changed, because that loses least.</summary>
    OneDeletedTheDocument,
    /// <summary>Both changed the same: theirs.</summary>
    BothChanged,
    /// <summary>A rule for the place says how conflicts there are settled.</summary>
    ByRule,
}
