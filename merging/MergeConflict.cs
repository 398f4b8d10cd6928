namespace Merging;

/// <summary>A place that both sides changed, each in its own way.</summary>
public sealed record MergeConflict
{
    public required MergeConflictKind Kind { get; init; }

    /// <summary>JSON Pointer (RFC 6901) to the place in the merged value; empty for a text or for all of the value. An array index counts the elements of a result that takes ours at every conflict.</summary>
    public required string Path { get; init; }

    /// <summary>The lines of ours, if this is a text.</summary>
    public Stretch? Lines { get; init; }

    /// <summary>The lines of theirs, if this is a text.</summary>
    public Stretch? TheirLines { get; init; }

    /// <summary>True if this is about elements in a row of an array, the first of them at <see cref="Path"/>. Then the three values are arrays of such elements, and so is one that replaces them.</summary>
    public bool IsElements { get; init; }

    /// <summary>The value both sides started from; null if there was none. The JSON value <c>null</c> is the bytes <c>null</c>.</summary>
    public required ReadOnlyMemory<byte>? Base { get; init; }

    /// <summary>Our value; null if it is not there.</summary>
    public required ReadOnlyMemory<byte>? Ours { get; init; }

    /// <summary>Their value; null if it is not there.</summary>
    public required ReadOnlyMemory<byte>? Theirs { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Why { get; init; }

    /// <summary>The value of one side.</summary>
    public ReadOnlyMemory<byte>? this[MergeSide side] => side switch
    {
        MergeSide.Base => Base,
        MergeSide.Ours => Ours,
        _ => Theirs,
    };
}

/// <summary>A place that was changed, and by whom.</summary>
/// <param name="Path">JSON Pointer to the place; empty for a text or for all of the value.</param>
/// <param name="Lines">Lines in the version of <paramref name="From"/>, if this is a text.</param>
/// <param name="From">Whose change it is: ours or theirs.</param>
public readonly record struct MergePlace(string Path, Stretch? Lines, MergeSide From);
