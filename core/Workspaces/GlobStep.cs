using System.Collections.Immutable;

namespace Memento.Workspaces;

internal enum GlobStepKind
{
    /// <summary>Takes one certain character.</summary>
    Character,
    /// <summary>Takes any character but <c>/</c>.</summary>
    InSegment,
    /// <summary>Takes any character.</summary>
    Any,
    /// <summary>Takes a character of a set; or but those of it, and not <c>/</c>.</summary>
    Set,
    /// <summary>Goes on both with the next step and at the target.</summary>
    Fork,
    /// <summary>Goes on at the target.</summary>
    Jump,
    /// <summary>Goes on only at the start of the text or after a <c>/</c>.</summary>
    SegmentStart,
    /// <summary>The pattern is through.</summary>
    End,
}

/// <summary>One step of a pattern, as of a little machine: it takes a character, or says where to go on.</summary>
/// <param name="Value">The code point of <see cref="GlobStepKind.Character"/>.</param>
/// <param name="Target">The step that <see cref="GlobStepKind.Fork"/> and <see cref="GlobStepKind.Jump"/> lead to.</param>
internal readonly record struct GlobStep(GlobStepKind Kind, int Value = 0, int Target = 0, ImmutableArray<(int First, int Last)> Ranges = default, bool Negated = false)
{
    public bool Takes(int character) => Kind switch
    {
        GlobStepKind.Character => character == Value,
        GlobStepKind.InSegment => character != '/',
        GlobStepKind.Any => true,
        GlobStepKind.Set => character != '/' && IsInRanges(character) != Negated,
        _ => false,
    };

    private bool IsInRanges(int character)
    {
        foreach (var (first, last) in Ranges)
            if (character >= first && character <= last) return true;
        return false;
    }
}
