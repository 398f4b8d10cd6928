using System.Collections.Immutable;

namespace Memento.Rollback;

/// <summary>
/// Records that the merge policies of a workspace were replaced. Each entry has the whole list, so a version is read from one entry.
/// </summary>
public sealed record MergePoliciesChanged : IFact
{
    /// <summary>The kind under which the entry is stored.</summary>
    public const string Kind = "merge_policies.changed";

    /// <summary>The stored form of the entry and of the state.</summary>
    public static FactCodec<MergePolicyState, MergePoliciesChanged> Codec { get; } =
        new FactCodec<MergePolicyState, MergePoliciesChanged>("merge policies", MementoJson.Default.MergePolicyState)
            .With(Kind, MementoJson.Default.MergePoliciesChanged);

    /// <summary>The time of the change, by the server's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The version that the list has from here on: the entry's position in its stream.</summary>
    public required long Version { get; init; }

    /// <summary>The agent that set the list; null = none was named.</summary>
    public string? AgentId { get; init; }

    /// <summary>The policies, in the order in which they are tried.</summary>
    public required ImmutableArray<MergePolicy> Policies { get; init; }
}

/// <summary>The merge policies of a workspace, as they are stored beside their stream.</summary>
public sealed record MergePolicyState
{
    /// <summary>The state before the list was ever set.</summary>
    public static MergePolicyState Empty { get; } = new();

    /// <summary>Position of the stream entry that the state follows from; 0 = none.</summary>
    public long Version { get; init; }

    /// <summary>When the list was set.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The agent that set the list; null = none was named.</summary>
    public string? AgentId { get; init; }

    /// <summary>The policies, in the order in which they are tried.</summary>
    public ImmutableArray<MergePolicy> Policies { get; init; } = [];

    /// <summary>The list as callers see it.</summary>
    public MergePolicyList ToList() => new() { Version = Version, Policies = Policies, UpdatedAt = UpdatedAt, AgentId = AgentId };
}
