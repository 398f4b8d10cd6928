using System.Collections.Immutable;
using Memento.Workspaces;

namespace Memento.Rollback;

/// <summary>The planned change of a document.</summary>
public sealed record PlannedChange
{
    public required DocumentKey Key { get; init; }

    /// <summary>The document as it is; it may be deleted.</summary>
    public required DocumentVersion Current { get; init; }

    /// <summary>
    /// The version that comes back; null or deleted = the document goes. Does not count if <see cref="Merged"/> is there.
    /// </summary>
    public DocumentVersion? Target { get; init; }

    /// <summary>The value that a merge gave; no version has had it.</summary>
    public DocumentValue? Merged { get; init; }

    /// <summary>The version after the newest change that the merge undid.</summary>
    public DocumentVersion? Base { get; init; }

    /// <summary>The version before all changes that the merge undid.</summary>
    public DocumentVersion? Before { get; init; }

    /// <summary>Why the document cannot simply become that. What it becomes all the same, the strategy says.</summary>
    public FoundConflict? Conflict { get; init; }

    /// <summary>Conflicts that merge policies settled.</summary>
    public ImmutableArray<SettledPlace> Settled { get; init; } = [];

    /// <summary>The merge policies that fit the document; null if the document is not merged, or nobody asked.</summary>
    public PolicyReach? Reach { get; init; }

    /// <summary>How early it goes in a gradual rollback.</summary>
    public int Priority { get; init; }

    /// <summary>Whether the document goes.</summary>
    public bool Deletes => Merged is null && Target is null or { IsDeleted: true };

    public WriteOutcome Outcome => Deletes ? WriteOutcome.Deleted : Current.IsDeleted ? WriteOutcome.Created : WriteOutcome.Updated;

    /// <summary>The same, in conflict with something outside of the document.</summary>
    public PlannedChange Conflicting(ConflictType type, string reason) => this with { Conflict = Merged is null ? new(type, reason, [], Current, Target) : new(type, reason, [], Base, Before) };

    /// <summary>Bytes of the value that it gets.</summary>
    public long Bytes => Merged?.Content.Length ?? Target?.Length ?? 0;

    /// <summary>Whether nothing would change.</summary>
    public bool IsNothing => Merged is null ? Deletes ? Current.IsDeleted : Current.IsSameAs(Target) : Current.Hash == Merged.Hash && Current.ContentType == Merged.ContentType;
}

/// <summary>A conflict over one document.</summary>
/// <param name="Type">Type of the conflict.</param>
/// <param name="Reason">A sentence about the conflict.</param>
/// <param name="Places">Places in the document, as JSON Pointers or line ranges.</param>
/// <param name="Base">The version that the rollback undoes.</param>
/// <param name="Rollback">The version that the rollback would bring back; null or deleted = nothing.</param>
/// <param name="HasSmart">Whether rules settle all of the conflict.</param>
/// <param name="Smart">The result of those rules; null = the document is deleted, or no rule applies.</param>
/// <param name="Confidence">Probability in percent that a person would settle the conflict in the same way.</param>
/// <param name="SeveralRuns">Whether several runs of changes are undone.</param>
/// <param name="IsMadeAnew">Whether the document was deleted and made anew, so that its versions are different things.</param>
/// <param name="IsForPerson">Whether a merge policy keeps the conflict for a person, whatever the rollback's strategy.</param>
public sealed record FoundConflict(
    ConflictType Type, string Reason, ImmutableArray<string> Places, DocumentVersion? Base, DocumentVersion? Rollback, bool HasSmart = false,
    DocumentValue? Smart = null, int Confidence = 0, bool SeveralRuns = false, bool IsMadeAnew = false, bool IsForPerson = false);

/// <summary>The plan of a rollback.</summary>
/// <param name="Changes">All documents that change, in the order in which they may change; conflicts among them.</param>
/// <param name="Dependencies">Dependencies between the documents.</param>
/// <param name="Done">Documents that the rollback changed already.</param>
public sealed record RollbackPlan(ImmutableArray<PlannedChange> Changes, DependencyReport Dependencies, long Done)
{
    /// <summary>Conflicts that merge policies settled, also in documents that stay as they are; the first 100.</summary>
    public ImmutableArray<SettledPlace> Settled { get; init; } = [];

    /// <summary>Merge policies that fit none of the merged documents; empty if no document is merged, or nobody asked.</summary>
    public ImmutableArray<UnusedPolicy> UnusedPolicies { get; init; } = [];

    public IEnumerable<PlannedChange> Conflicts => Changes.Where(c => c.Conflict is not null);

    /// <summary>Returns the changes to apply under a strategy, and the conflicts that the strategy leaves open.</summary>
    public (ImmutableArray<PlannedChange> Apply, ImmutableArray<PlannedChange> Open) Settle(ConflictStrategy strategy)
    {
        var (apply, open) = (ImmutableArray.CreateBuilder<PlannedChange>(), ImmutableArray.CreateBuilder<PlannedChange>());
        foreach (var change in Changes)
        {
            switch (change.Conflict)
            {
                case null: apply.Add(change); break;
                case { Type: ConflictType.PermissionDenied }: break;
                case { IsForPerson: true } when strategy is not ConflictStrategy.Abort: open.Add(change); break;
                case { Type: ConflictType.Dependency } when strategy is ConflictStrategy.Overwrite: apply.Add(change); break;
                case { } conflict when strategy is ConflictStrategy.Overwrite: apply.Add(change with { Target = conflict.Rollback, Merged = null }); break;
                case { HasSmart: true } conflict when strategy is ConflictStrategy.Merge: apply.Add(change with { Target = null, Merged = conflict.Smart }); break;
                case not null when strategy is ConflictStrategy.Merge or ConflictStrategy.AskUser: open.Add(change); break;
            }
        }

        return ([.. apply.Where(c => !c.IsNothing)], open.ToImmutable());
    }

    /// <summary>How a conflict ends under a strategy; null = it stays open.</summary>
    public static ConflictChoice? ChoiceOf(ConflictStrategy strategy, FoundConflict conflict) => strategy switch
    {
        _ when conflict.Type is ConflictType.PermissionDenied => ConflictChoice.KeepCurrent,
        _ when conflict.IsForPerson => null,
        ConflictStrategy.Skip => ConflictChoice.KeepCurrent,
        ConflictStrategy.Overwrite => ConflictChoice.UseRollback,
        ConflictStrategy.Merge when conflict.HasSmart => ConflictChoice.SmartMerge,
        _ => null,
    };
}
