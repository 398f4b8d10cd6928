using System.Collections.Immutable;
using System.Globalization;
using Memento.Workspaces;
using Merging;
using Merging.Json;
using Merging.Text;

namespace Memento.Rollback;

/// <summary>The result of undoing a run of changes of a document: a three-way merge in the terms of a rollback.</summary>
/// <param name="Value">
/// The document after the merge; with a conflict, the result of the smart merge, or the current document if no rule applies. Null =
/// deleted.
/// </param>
/// <param name="Conflict">Type of the conflict; null if there is none.</param>
/// <param name="Reason">A sentence about the conflict; empty if there is none.</param>
/// <param name="HasSmart">Whether rules settle all of the conflict.</param>
/// <param name="Confidence">Probability in percent that the value is right.</param>
public sealed record DocumentMerge(DocumentValue? Value, ConflictType? Conflict, string Reason, bool HasSmart, int Confidence)
{
    private const int MaxPlaces = 100;

    private static readonly SideNames Names = new("later work", "the rollback");

    /// <summary>The places that no merge policy has settled.</summary>
    public ImmutableArray<MergeConflict> Open { get; init; } = [];

    /// <summary>The places that a merge policy has settled.</summary>
    public ImmutableArray<MergeConflict> Settled { get; init; } = [];

    /// <summary>The places where a merge policy made changes of both sides no conflict: sets, larger numbers and texts.</summary>
    public ImmutableArray<AppliedRule> ByPolicy { get; init; } = [];

    /// <summary>The versions that were merged: undone, current and before.</summary>
    public (DocumentValue? Undone, DocumentValue? Current, DocumentValue? Before) Versions { get; init; }

    /// <summary>Whether a merge policy keeps an open place for a person.</summary>
    public bool IsForPerson => Open.Any(IsPersonal);

    /// <summary>The open places as JSON Pointers, or as lines of the current document; the first 100.</summary>
    public ImmutableArray<string> Places => [.. Open.Take(MaxPlaces).Select(PlaceOf)];

    /// <summary>Undoes runs of changes, the newest first. Each merge starts from the result of the one before.</summary>
    /// <param name="key">The document, for the reason.</param>
    /// <param name="start">The document from which the merges go on.</param>
    /// <param name="runs">The runs that must be merged, newest first.</param>
    /// <param name="read">Reads a version; null for a version that is absent or deleted.</param>
    /// <param name="options">Rules of the merge policies.</param>
    /// <returns>A merge for each run.</returns>
    public static ImmutableArray<DocumentMerge> OfRuns(
        DocumentKey key, DocumentValue? start, IEnumerable<UndoneRun> runs, Func<DocumentVersion?, DocumentValue?> read,
        JsonMergeOptions? options)
    {
        var (value, merges) = (start, ImmutableArray.CreateBuilder<DocumentMerge>());
        foreach (var run in runs)
        {
            var merge = Of(key, read(run.After), value, read(run.Before), options, run.IsMadeAnew);
            merges.Add(merge);
            value = merge.Value;
        }

        return merges.ToImmutable();
    }

    /// <summary>Undoes a run of changes by a three-way merge.</summary>
    /// <param name="key">The document, for the reason.</param>
    /// <param name="undone">The version that the rollback undoes: the base.</param>
    /// <param name="current">The current document.</param>
    /// <param name="before">The version before the one that is undone.</param>
    /// <param name="options">Rules of the merge policies.</param>
    /// <param name="madeAnew">Whether the document was deleted and made anew in between, so that its versions are different things.</param>
    public static DocumentMerge Of(
        DocumentKey key, DocumentValue? undone, DocumentValue? current, DocumentValue? before, JsonMergeOptions? options = null,
        bool madeAnew = false)
    {
        options = (options ?? JsonMergeOptions.Default) with { Names = Names };
        var outcome = ThreeWayMerge.Merge(undone, current, before, options, madeAnew);
        ImmutableArray<MergeConflict> settled = [.. outcome.Settlements.Where(s => s.Rule is SmartRule.ByRule).Select(s => s.Conflict)];
        ImmutableArray<MergeConflict> open = [.. outcome.Settlements.Where(s => s.Rule is not SmartRule.ByRule).Select(s => s.Conflict)];
        ImmutableArray<AppliedRule> byPolicy =
            [.. outcome.SafeRules.Where(applied => applied.Rule is SafeRule.Set or SafeRule.Max or SafeRule.TextLines)];
        if (open.IsEmpty)
        {
            return new(SmartMerge.Settle(outcome).Value, null, "", HasSmart: true, outcome.Confidence)
            {
                Settled = settled,
                ByPolicy = byPolicy,
            };
        }

        var smart = open.All(CanSettle) && !IsBinary(undone, current, before);
        var (value, confidence) = smart ? (SmartMerge.Settle(outcome).Value, outcome.Confidence) : (current, 0);
        var more = open.Length == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({open.Length} places)");
        return new(value, TypeOf(open[0].Kind), $"{key}: {open[0].Why}{more}", smart, confidence)
        {
            Open = open,
            Settled = settled,
            ByPolicy = byPolicy,
            Versions = (undone, current, before),
        };
    }

    /// <summary>
    /// Whether a rule can settle a conflict. No rule tells whether a whole document goes or stays, what kind of value it has, which of two
    /// things under one name is meant, or which elements are the same. A policy may also keep a place open for a person.
    /// </summary>
    private static bool CanSettle(MergeConflict conflict) => !IsPersonal(conflict) && conflict.Kind switch
    {
        MergeConflictKind.ValueMismatch or MergeConflictKind.InsertedAtOnePlace => true,
        MergeConflictKind.MissingTarget or MergeConflictKind.TypeMismatch => conflict.Path.Length > 0 || conflict.Lines is not null,
        _ => false,
    };

    private static bool IsPersonal(MergeConflict conflict) => conflict.Rule?.Strategy is ConflictSettling.Nobody;

    /// <summary>Names the place of a conflict for people: a JSON Pointer, or lines.</summary>
    public static string PlaceOf(MergeConflict conflict) => conflict.Lines is { } lines
        ? lines.Length <= 1 ? $"line {lines.Start + 1}" : $"lines {lines.Start + 1}-{lines.End}"
        : conflict.Path;

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
}
