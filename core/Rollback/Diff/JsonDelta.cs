using System.Collections.Immutable;
using Orleans;

namespace Memento.Rollback;

/// <summary>How one JSON document became another. Made by <see cref="JsonDiff.Compare"/>.</summary>
[GenerateSerializer, Immutable, Alias("memento.JsonDelta")]
public sealed record JsonDelta
{
    /// <summary>How many omissions are listed by path. All are counted.</summary>
    public const int MaxListedOmissions = 100;

    /// <summary>Nothing differs.</summary>
    public static JsonDelta None { get; } = new();

    /// <summary>In the order in which one comes across them when reading both documents side by side.</summary>
    [Id(0)] public ImmutableArray<JsonChange> Changes { get => field.IsDefault ? [] : field; init; }

    /// <summary>The first differences that are not among the changes, at most <see cref="MaxListedOmissions"/>.</summary>
    [Id(1)] public ImmutableArray<DiffOmission> Omissions { get => field.IsDefault ? [] : field; init; }

    /// <summary>Differences that the options told to ignore. What lies inside an ignored value is not counted.</summary>
    [Id(2)] public int IgnoredCount { get; init; }

    /// <summary>Different values that a comparer called equal.</summary>
    [Id(3)] public int ToleratedCount { get; init; }

    /// <summary>Changes beyond <see cref="DiffOptions.MaxChanges"/>.</summary>
    [Id(4)] public int DroppedCount { get; init; }

    /// <summary>Changes that replace a whole object or array because it lies at <see cref="DiffOptions.MaxDepth"/>. They are exact, only coarse.</summary>
    [Id(5)] public int TruncatedCount { get; init; }

    /// <summary>Whether the changes are all there is, so that they can be applied. Truncated changes do not stand against it.</summary>
    public bool IsComplete => IgnoredCount == 0 && ToleratedCount == 0 && DroppedCount == 0;

    /// <summary>The delta that leads back: applied to the document after, it gives the document before.</summary>
    public JsonDelta Invert() => this with { Changes = [.. Changes.Select(change => change.Invert())] };

    /// <summary>
    /// Applies the changes to a canonical document: to the one that was compared, this gives the other one, byte for byte. A document that differs elsewhere is patched.
    /// Refused as <c>DIFF_INCOMPLETE</c> if differences were left out, and as <c>DIFF_MISMATCH</c> if the document has not the values that the changes start from.
    /// The values of the changes are written as they are: if they came back from JSON that escapes more than the canonical form, they must be made canonical first.
    /// Time and memory grow with the document and the changes, not with their product.
    /// </summary>
    /// <exception cref="System.Text.Json.JsonException">The document is not well-formed.</exception>
    public AppliedDelta Apply(ReadOnlyMemory<byte> before)
    {
        if (!IsComplete)
            return new(default, Refusal.Of(RefusalKind.Invalid, Codes.DiffIncomplete,
                $"The diff cannot be applied: {IgnoredCount} differences were ignored, {ToleratedCount} were called equal, {DroppedCount} were too many to list."));
        return Changes.IsEmpty ? new(before, null) : DeltaApplication.Apply(this, before);
    }
}

/// <summary>What came of applying a delta: a document, or a refusal.</summary>
/// <param name="Document">Canonical JSON; empty if refused.</param>
public readonly record struct AppliedDelta(ReadOnlyMemory<byte> Document, Refusal? Refusal);
