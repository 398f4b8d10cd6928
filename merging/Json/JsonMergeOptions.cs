using System.Collections.Immutable;

namespace Merging.Json;

/// <summary>Options of <see cref="JsonMerge"/>.</summary>
public sealed record JsonMergeOptions
{
    public static JsonMergeOptions Default { get; } = new();

    /// <summary>
    /// Members that can identify the elements of an array, in the order in which they are tried; then pairs of them. A member identifies
    /// the elements if each element of all three versions is an object with a scalar in that member, which is not null and unique in its
    /// version. Empty = elements are matched by content only.
    /// </summary>
    public ImmutableArray<string> KeyMembers { get; init; } = ["id", "_id", "uid", "uuid", "key", "name", "path", "@id"];

    /// <summary>
    /// Rules for single places. Of the rules that say how a place is read, the first that fits counts; so does the first with a strategy.
    /// </summary>
    public ImmutableArray<JsonMergeRule> Rules { get; init; } = [];

    /// <summary>Names of the two sides in sentences about conflicts.</summary>
    public SideNames Names { get; init; } = SideNames.Default;

    /// <summary>The first rule that settles conflicts over the whole value; null if there is none.</summary>
    public JsonMergeRule? WholeRule => Rules.FirstOrDefault(rule => rule.Strategy is not null && rule.Path is null or "");
}
