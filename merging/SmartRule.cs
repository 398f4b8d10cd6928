namespace Merging;

/// <summary>The rules by which a smart merge settles a conflict. The first rule that fits is taken.</summary>
public enum SmartRule
{
    /// <summary>The two sides differ in white space only. Theirs is taken.</summary>
    SameButForWhiteSpace = 0,
    /// <summary>Only white space was changed by one of the sides. The other side is taken.</summary>
    OneChangedWhiteSpace,
    /// <summary>A side has everything that the other side has, in the same order, and more. The larger is taken.</summary>
    OneContainsTheOther,
    /// <summary>Both sides added something where nothing was. Ours is taken, then theirs; of members and elements of sets, all.</summary>
    BothAdded,
    /// <summary>Both sides changed lines that touch, but no line in common. Both changes are taken.</summary>
    LinesTouch,
    /// <summary>Both sides changed different words of the same lines. Both changes are taken.</summary>
    DifferentWords,
    /// <summary>A thing was removed by one side and changed by the other. The removal is taken.</summary>
    OneRemoved,
    /// <summary>
    /// The whole document was deleted by one side and changed by the other. The changed document is taken, because that loses least.
    /// </summary>
    OneDeletedTheDocument,
    /// <summary>Both sides changed the same place. Theirs is taken.</summary>
    BothChanged,
    /// <summary>A rule for the place says how conflicts there are settled.</summary>
    ByRule,
}
