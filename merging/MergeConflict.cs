using Merging.Json;

namespace Merging;

/// <summary>A place that both sides changed, each in its own way.</summary>
public sealed record MergeConflict
{
    public required MergeConflictKind Kind { get; init; }

    /// <summary>
    /// JSON Pointer (RFC 6901) to the place in the merged value; empty for a text or for all of the value. An array index counts
    /// the elements of a result that takes ours at every conflict.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>The lines of ours, if the value is a text.</summary>
    public IndexRange? Lines { get; init; }

    /// <summary>The lines of theirs, if the value is a text.</summary>
    public IndexRange? TheirLines { get; init; }

    /// <summary>The form of the three values.</summary>
    public ConflictScope Scope { get; init; }

    /// <summary>
    /// The value that both sides started from; null if there was none. The JSON value <c>null</c> is the bytes <c>null</c>.
    /// </summary>
    public required ReadOnlyMemory<byte>? Base { get; init; }

    /// <summary>The value of our side; null if there is none.</summary>
    public required ReadOnlyMemory<byte>? Ours { get; init; }

    /// <summary>The value of their side; null if there is none.</summary>
    public required ReadOnlyMemory<byte>? Theirs { get; init; }

    /// <summary>A sentence for people that says what happened.</summary>
    public required string Why { get; init; }

    /// <summary>The first rule with a strategy that fits the place; null if there is none.</summary>
    public JsonMergeRule? Rule { get; init; }

    /// <summary>The value of one side.</summary>
    public ReadOnlyMemory<byte>? this[MergeSide side] => side switch
    {
        MergeSide.Base => Base,
        MergeSide.Ours => Ours,
        _ => Theirs,
    };
}

/// <summary>The forms of the values of a conflict.</summary>
public enum ConflictScope
{
    /// <summary>A single value: a member, an element, a text, or all of the value.</summary>
    Value = 0,
    /// <summary>Elements of an array in a row. The values are arrays of such elements, and so is a value that replaces them.</summary>
    Elements,
    /// <summary>Members of one object. The values are objects with such members, and so is a value that replaces them.</summary>
    Members,
    /// <summary>
    /// The order of elements. The values are arrays with the key of each element, or with the element where no key is known.
    /// Only the three values themselves can settle such a conflict.
    /// </summary>
    Order,
}

/// <summary>A place that was changed, and by whom.</summary>
/// <param name="Path">JSON Pointer to the place; empty for a text or for all of the value.</param>
/// <param name="Lines">Lines in the version of <paramref name="From"/>, if the value is a text.</param>
/// <param name="From">The side that made the change: ours or theirs.</param>
public readonly record struct MergePlace(string Path, IndexRange? Lines, MergeSide From);
