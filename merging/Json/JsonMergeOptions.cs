using System.Collections.Immutable;

namespace Merging.Json;

/// <summary>How JSON is merged.</summary>
public sealed record JsonMergeOptions
{
    public static JsonMergeOptions Default { get; } = new();

    /// <summary>
    /// Members that can identify the elements of an array. A name, or a pair of names where no single one will do, identifies the elements
    /// if each element of all three versions is an object that has it with a scalar value, unique in its version.
    /// The first that fits is taken. Empty = elements are compared by content only.
    /// </summary>
    public ImmutableArray<string> KeyMembers { get; init; } = ["id", "_id", "uid", "uuid", "key", "name", "path", "@id"];

    /// <summary>Rules for single places. Of the rules that say how a place is read, and of those that say how a conflict is settled, the first that fits counts.</summary>
    public ImmutableArray<JsonMergeRule> Rules { get; init; } = [];

    /// <summary>How sentences about conflicts name the two sides.</summary>
    public SideNames Names { get; init; } = SideNames.Default;

    /// <summary>How arrays of numbers are compared.</summary>
    public DiffAlgorithm Algorithm { get; init; } = DiffAlgorithm.Histogram;

    /// <summary>The first rule that settles conflicts over the whole value, or null.</summary>
    public JsonMergeRule? WholeRule => Rules.FirstOrDefault(rule => rule.Strategy is not null && rule.Path is null or "");
}
