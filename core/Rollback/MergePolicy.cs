using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Rollback;

/// <summary>How a merge reads the value that a policy is about.</summary>
[JsonConverter(typeof(NamedEnumConverter<MergePolicyAs>))]
public enum MergePolicyAs
{
    /// <summary>An array whose elements have an order and are compared by their content.</summary>
    List = 0,
    /// <summary>An array whose order means nothing and in which equal elements are one.</summary>
    Set,
    /// <summary>A string that is merged line by line.</summary>
    Text,
}

/// <summary>How a merge settles a conflict.</summary>
[JsonConverter(typeof(NamedEnumConverter<MergePolicyStrategy>))]
public enum MergePolicyStrategy
{
    /// <summary>The side that was written later is taken.</summary>
    [JsonStringEnumMemberName("prefer-newer")] PreferNewer = 0,
    /// <summary>The longer string, the larger number, or the array or object with more in it is taken.</summary>
    [JsonStringEnumMemberName("prefer-larger")] PreferLarger,
    /// <summary>All elements or members of both sides are taken, except those that one side removed; arrays and objects only.</summary>
    Union,
    /// <summary>The larger of two numbers is taken.</summary>
    Max,
    /// <summary>Two strings are merged line by line. Where both sides changed the same lines, the conflict stays.</summary>
    Text,
    /// <summary>The rollback's value is taken.</summary>
    Overwrite,
    /// <summary>The current value stays.</summary>
    Skip,
    /// <summary>The conflict stays open for a person.</summary>
    [JsonStringEnumMemberName("ask_user")] AskUser,
}

/// <summary>
/// Says how one place of some documents is merged. Of the policies with <see cref="Key"/> or <see cref="As"/>, the first that fits a
/// document and a place counts, and so does the first of those with a <see cref="Strategy"/>. Without one, the built-in rules apply.
/// </summary>
[GenerateSerializer, Immutable, Alias("memento.MergePolicy"), JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MergePolicy
{
    /// <summary>A pattern over <c>kind/id</c>; see <see cref="Workspaces.Glob"/>.</summary>
    [Id(0)] public required string Match { get; init; }

    /// <summary>A JSON Pointer in which a token <c>*</c> stands for any member or element. Absent = every place.</summary>
    [Id(1)] public string? Path { get; init; }

    /// <summary>The members that together identify an element of the array at the place, 1 to 4.</summary>
    [Id(2)] public ImmutableArray<string>? Key { get; init; }

    /// <summary>
    /// How the value at the place is read. Absent = the merge looks for a key of an array itself, and a string is one value.
    /// </summary>
    [Id(3)] public MergePolicyAs? As { get; init; }

    /// <summary>How conflicts at the place, or below it, are settled. Absent = as without a policy.</summary>
    [Id(4)] public MergePolicyStrategy? Strategy { get; init; }
}

/// <summary>Replaces the merge policies of a workspace.</summary>
[GenerateSerializer, Immutable, Alias("memento.SetMergePolicies")]
public sealed record SetMergePolicies
{
    /// <summary>All policies, in the order in which they are tried.</summary>
    [Id(0)] public required ImmutableArray<MergePolicy> Policies { get; init; }

    /// <summary>
    /// The ETag that the list must have; <c>*</c> = the list must have been set before. <c>VERSION_CONFLICT</c> otherwise.
    /// </summary>
    [Id(1)] public string? IfMatch { get; init; }

    /// <summary>The list must never have been set. <c>VERSION_CONFLICT</c> otherwise.</summary>
    [Id(2)] public bool IfAbsent { get; init; }

    /// <summary>The agent that sets the list.</summary>
    [Id(3)] public string? AgentId { get; init; }
}

/// <summary>The merge policies of a workspace in one version.</summary>
[GenerateSerializer, Immutable, Alias("memento.MergePolicyList")]
public sealed record MergePolicyList
{
    /// <summary>Counts the changes of the list: 0 before it was ever set.</summary>
    [Id(0)] public required long Version { get; init; }

    /// <summary>The policies, in the order in which they are tried.</summary>
    [Id(1)] public required ImmutableArray<MergePolicy> Policies { get; init; }

    /// <summary>When the list was set; absent in version 0.</summary>
    [Id(2)] public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The agent that set the list; absent = none was named.</summary>
    [Id(3)] public string? AgentId { get; init; }
}
