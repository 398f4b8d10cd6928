using System.Collections.Immutable;
using System.Globalization;
using Memento.Workspaces;
using Merging;
using Merging.Text;

namespace Memento.Rollback;

/// <summary>One run of changes of a document undone: a three-way merge in the terms of a rollback.</summary>
/// <param name="Value">The document then; with a conflict, what the smart merge makes of it, or what is there if it cannot tell. Null = it is not there.</param>
/// <param name="Conflict">Its type, if there is one.</param>
/// <param name="Places">Where: JSON pointers, or lines of what is there.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="HasSmart">Whether the smart merge can tell.</param>
/// <param name="Confidence">How likely it is right: percent.</param>
public sealed record DocumentMerge(DocumentValue? Value, ConflictType? Conflict, ImmutableArray<string> Places, string Reason, bool HasSmart, int Confidence)
{
    private const int MaxPlaces = 100;

    /// <summary>Merges.</summary>
    /// <param name="key">The document, for the reason.</param>
    /// <param name="undone">What the rollback undoes: the base.</param>
    /// <param name="current">What is there.</param>
    /// <param name="before">What was there before what is undone.</param>
    public static DocumentMerge Of(DocumentKey key, DocumentValue? undone, DocumentValue? current, DocumentValue? before)
    {
        var outcome = ThreeWayMerge.Merge(undone, current, before);
        if (outcome.Conflicts.IsEmpty) return new(outcome.Value, null, [], "", true, outcome.Confidence);

        // Whether a whole document goes or stays, and what kind of value it is, no rule can tell.
        var smart = outcome.Conflicts.All(c => c.Kind is MergeConflictKind.ValueMismatch || c.Path.Length > 0 || c.Lines is not null) && !IsBinary(undone, current, before);
        return new(
            smart ? SmartMerge.Settle(outcome).Value : current,
            TypeOf(outcome.Conflicts[0].Kind),
            [.. outcome.Conflicts.Take(MaxPlaces).Select(PlaceOf)],
            $"{key}: {outcome.Conflicts[0].Why}{(outcome.Conflicts.Length == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({outcome.Conflicts.Length} places)"))}",
            smart, smart ? outcome.Confidence : 0);
    }

    private static ConflictType TypeOf(MergeConflictKind kind) => kind switch
    {
        MergeConflictKind.MissingTarget => ConflictType.MissingTarget,
        MergeConflictKind.TypeMismatch => ConflictType.TypeMismatch,
        _ => ConflictType.ValueMismatch,
    };

    private static bool IsBinary(params ReadOnlySpan<DocumentValue?> values)
    {
        foreach (var value in values)
            if (value is { IsJson: false } && TextMerge.IsBinary(value.Content)) return true;
        return false;
    }

    private static string PlaceOf(MergeConflict conflict) => conflict.Lines is { } lines
        ? lines.Length <= 1 ? $"line {lines.Start + 1}" : $"lines {lines.Start + 1}-{lines.End}"
        : conflict.Path;
}
