using System.Collections.Immutable;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>A merge that settles every conflict by itself, by the rules of <see cref="SmartRule"/>, and says how sure it is.</summary>
public static class SmartMerge
{
    /// <summary>Like <see cref="ThreeWayMerge.Merge"/>, but without open conflicts. <see cref="MergeOutcome.Settlements"/> says what was done about each.</summary>
    public static MergeOutcome Merge(DocumentValue? @base, DocumentValue? ours, DocumentValue? theirs, JsonMergeOptions? options = null) => Settle(ThreeWayMerge.Merge(@base, ours, theirs, options));

    /// <summary>Settles what a merge left open.</summary>
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

    /// <summary>How a conflict of JSON, or of whole documents, is settled. Texts have <see cref="SmartText"/>.</summary>
    internal static Settlement Suggest(MergeConflict conflict)
    {
        if (conflict.Kind is ConflictType.MissingTarget)
            return conflict.Path.Length == 0 ? new(conflict, SmartRule.OneDeletedTheDocument, conflict.Ours ?? conflict.Theirs) : new(conflict, SmartRule.OneRemoved, null);
        if (!conflict.IsElements || conflict.Ours is not { } ours || conflict.Theirs is not { } theirs) return new(conflict, SmartRule.BothChanged, conflict.Theirs);

        var (b, o, t) = (conflict.Base is { } @base ? new JsonPart(@base).Elements() : [], new JsonPart(ours).Elements(), new JsonPart(theirs).Elements());
        if (b.Count == 0) return new(conflict, SmartRule.BothAdded, JsonPart.ArrayOf([.. o, .. t.Where(element => !o.Contains(element))]).Bytes);
        return o.Count == 0 || t.Count == 0 ? new(conflict, SmartRule.OneRemoved, "[]"u8.ToArray()) : new(conflict, SmartRule.BothChanged, theirs);
    }

    private static bool Same(ReadOnlyMemory<byte>? one, ReadOnlyMemory<byte>? other) => one is { } a && other is { } b ? a.Span.SequenceEqual(b.Span) : one is null && other is null;
}
