using System.Collections.Immutable;
using Memento.Workspaces;
using Merging.Json;

namespace Memento.Rollback;

/// <summary>A version of a workspace's merge policies, as options of the merge for each document.</summary>
public sealed class MergePolicySet
{
    /// <summary>
    /// The strategies in the terms of a merge: ours is the current document, theirs is the one that the rollback brings back.
    /// </summary>
    private static readonly ImmutableArray<(MergePolicyStrategy Policy, ConflictSettling Settling)> Strategies =
    [
        (MergePolicyStrategy.PreferNewer, ConflictSettling.Newer),
        (MergePolicyStrategy.PreferLarger, ConflictSettling.Larger),
        (MergePolicyStrategy.Union, ConflictSettling.Union),
        (MergePolicyStrategy.Max, ConflictSettling.Max),
        (MergePolicyStrategy.Text, ConflictSettling.Text),
        (MergePolicyStrategy.Overwrite, ConflictSettling.Theirs),
        (MergePolicyStrategy.Skip, ConflictSettling.Ours),
        (MergePolicyStrategy.AskUser, ConflictSettling.Nobody),
    ];

    private readonly ImmutableArray<MergePolicy> _list;
    private readonly ImmutableArray<(Glob Match, JsonMergeRule Rule)> _policies;

    private MergePolicySet(ImmutableArray<MergePolicy> list, ImmutableArray<(Glob, JsonMergeRule)> policies) =>
        (_list, _policies) = (list, policies);

    /// <summary>A set without policies: documents are merged by the built-in rules.</summary>
    public static MergePolicySet Empty { get; } = new([], []);

    /// <summary>Parses the patterns of policies.</summary>
    /// <param name="policies">Policies that <see cref="MergePolicyRules"/> accepted, in the order in which they are tried.</param>
    public static MergePolicySet Of(ImmutableArray<MergePolicy> policies) =>
        policies.IsEmpty ? Empty
        : new(policies, [.. policies.Select((policy, i) => (Glob.Parse(policy.Match, $"[{i}].match"), RuleOf(policy)))]);

    /// <summary>
    /// Returns the options with which a document is merged; null if no policy matches the document.
    /// Policies that match keep their order, so that the first that fits a place counts.
    /// </summary>
    public JsonMergeOptions? OptionsFor(DocumentKey key)
    {
        if (_policies.IsEmpty) return null;
        var name = key.ToString();
        ImmutableArray<JsonMergeRule> rules = [.. _policies.Where(policy => policy.Match.IsMatch(name)).Select(policy => policy.Rule)];
        return rules.IsEmpty ? null : JsonMergeOptions.Default with { Rules = rules };
    }

    /// <summary>Finds the policies that fit a document and its places.</summary>
    public PolicyReach ReachOf(DocumentKey key, IEnumerable<DocumentValue?> versions)
    {
        var name = key.ToString();
        return PolicyReach.Of(_list, i => _policies[i].Match.IsMatch(name), versions);
    }

    /// <summary>Returns the policies that fit none of the merged documents; empty if no document is merged.</summary>
    public ImmutableArray<UnusedPolicy> Unused(IReadOnlyCollection<PolicyReach> merged) => PolicyReach.Unused(_list, merged);

    /// <summary>Returns the policy's strategy that a merge applied.</summary>
    internal static MergePolicyStrategy StrategyOf(ConflictSettling settling) =>
        Strategies.Single(pair => pair.Settling == settling).Policy;

    private static JsonMergeRule RuleOf(MergePolicy policy) => new()
    {
        Path = policy.Path,
        Key = policy.Key ?? [],
        As = policy.As switch
        {
            null => null,
            MergePolicyAs.List => JsonMergeKind.List,
            MergePolicyAs.Set => JsonMergeKind.Set,
            MergePolicyAs.Text => JsonMergeKind.Text,
            _ => throw new ArgumentOutOfRangeException(nameof(policy), policy.As, "Unknown kind."),
        },
        Strategy = policy.Strategy is { } strategy ? Strategies.Single(pair => pair.Policy == strategy).Settling : null,
    };
}
