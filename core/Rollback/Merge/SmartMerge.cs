using System.Collections.Immutable;
using Memento.Workspaces;
using Merging;
using Merging.Json;

namespace Memento.Rollback;

/// <summary>
/// Settles every conflict of a merge by the rules of <see cref="SmartRule"/>, and estimates how likely the result is right.
/// </summary>
public static class SmartMerge
{
    /// <summary>
    /// Merges like <see cref="ThreeWayMerge.Merge"/>, but without open conflicts. <see cref="MergeOutcome.Settlements"/> has the rule for
    /// each.
    /// </summary>
    public static MergeOutcome Merge(DocumentValue? @base, DocumentValue? ours, DocumentValue? theirs, JsonMergeOptions? options = null) =>
        Settle(ThreeWayMerge.Merge(@base, ours, theirs, options));

    /// <summary>Settles the open conflicts of a merge.</summary>
    public static MergeOutcome Settle(MergeOutcome outcome)
    {
        if (outcome.Conflicts.IsEmpty) return outcome;
        var byConflict = new Dictionary<MergeConflict, Settlement>(ReferenceEqualityComparer.Instance);
        var (kept, merged, discarded) = (outcome.Kept.ToBuilder(), outcome.Merged.ToBuilder(), ImmutableArray.CreateBuilder<MergePlace>());
        foreach (var settlement in outcome.Settlements)
        {
            var conflict = settlement.Conflict;
            byConflict.Add(conflict, settlement);
            var (ours, theirs) = (ThreeWayMerge.PlaceOf(conflict, MergeSide.Ours), ThreeWayMerge.PlaceOf(conflict, MergeSide.Theirs));
            (Same(settlement.Value, conflict.Theirs) ? discarded : kept).Add(ours);
            (Same(settlement.Value, conflict.Ours) ? discarded : merged).Add(theirs);
        }

        return outcome with
        {
            Value = outcome.Resolve(conflict => byConflict[conflict].Value),
            Conflicts = [],
            Kept = kept.ToImmutable(),
            Merged = merged.ToImmutable(),
            Discarded = discarded.ToImmutable(),
        };
    }

    private static bool Same(ReadOnlyMemory<byte>? one, ReadOnlyMemory<byte>? other) =>
        one is { } a && other is { } b ? a.Span.SequenceEqual(b.Span) : one is null && other is null;
}
