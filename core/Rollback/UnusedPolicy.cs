using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Rollback;

/// <summary>Reasons why a merge policy has no effect on a rollback.</summary>
[JsonConverter(typeof(NamedEnumConverter<UnusedPolicyReason>))]
public enum UnusedPolicyReason
{
    /// <summary>No document that is merged fits the pattern.</summary>
    [JsonStringEnumMemberName("no_document")] NoDocument = 0,
    /// <summary>Some documents that are merged fit the pattern, and none of their versions has a value at the path.</summary>
    [JsonStringEnumMemberName("no_place")] NoPlace,
}

/// <summary>A merge policy that fits nothing that a rollback merges.</summary>
/// <param name="Index">Index of the policy in the list, from 0.</param>
/// <param name="Match">The pattern of the policy.</param>
/// <param name="Path">The path of the policy; absent if the policy has none.</param>
/// <param name="Reason">Why the policy has no effect.</param>
[GenerateSerializer, Immutable, Alias("memento.UnusedPolicy")]
public sealed record UnusedPolicy(
    [property: Id(0)] int Index, [property: Id(1)] string Match, [property: Id(2)] string? Path,
    [property: Id(3)] UnusedPolicyReason Reason);
