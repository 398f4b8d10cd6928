using System.Collections.Immutable;
using Memento.Workspaces;
using Merging;

namespace Memento.Rollback;

/// <summary>The result of a three-way merge.</summary>
public sealed record MergeOutcome
{
    private readonly Func<Func<MergeConflict, ReadOnlyMemory<byte>?>, DocumentValue?> _write;

    internal MergeOutcome(Func<Func<MergeConflict, ReadOnlyMemory<byte>?>, DocumentValue?> write) => _write = write;

    /// <summary>The merged value, with ours where there are conflicts; null if the document is deleted.</summary>
    public DocumentValue? Value { get; init; }

    /// <summary>The places that both sides changed in different ways; none after <see cref="SmartMerge"/>.</summary>
    public ImmutableArray<MergeConflict> Conflicts { get; init; } = [];

    /// <summary>A proposal for each conflict, in the same order; after <see cref="SmartMerge"/>, the settlements that were made.</summary>
    public ImmutableArray<Settlement> Settlements { get; init; } = [];

    /// <summary>The places that both sides changed and that are no conflict, each with the reason.</summary>
    public ImmutableArray<AppliedRule> SafeRules { get; init; } = [];

    /// <summary>Our changes that <see cref="Value"/> has.</summary>
    public ImmutableArray<MergePlace> Kept { get; init; } = [];

    /// <summary>The changes of their side that <see cref="Value"/> has.</summary>
    public ImmutableArray<MergePlace> Merged { get; init; } = [];

    /// <summary>Changes of either side that <see cref="Value"/> does not have.</summary>
    public ImmutableArray<MergePlace> Discarded { get; init; } = [];

    /// <summary>Warnings for people, one sentence each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>
    /// Estimated probability in percent, 1 to 99, that people would have merged as <see cref="SmartMerge"/> does; see
    /// <see cref="MergeConfidence"/>. 100 if only one side changed the document.
    /// </summary>
    public int Confidence { get; init; }

    /// <summary>Returns the merged value with every conflict settled in favor of one side; null if the document is deleted.</summary>
    public DocumentValue? Resolve(MergeSide side) => Resolve(conflict => conflict[side]);

    /// <summary>
    /// The merged value with every conflict replaced by what <paramref name="choose"/> answers, null meaning nothing. It is asked once for
    /// each.
    /// </summary>
    public DocumentValue? Resolve(Func<MergeConflict, ReadOnlyMemory<byte>?> choose) => _write(choose);
}
