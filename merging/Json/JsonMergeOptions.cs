using System.Collections.Immutable;

namespace Merging.Json;

/// <summary>How JSON is merged.</summary>
public sealed record JsonMergeOptions
{
    public static JsonMergeOptions Default { get; } = new();

    /// <summary>
    /// Members that can identify the elements of an array. If all elements of an array are objects and one of these members is in each of them, with a string
    /// or a number that no other element has, the array is merged as a set: element by element, wherever they stand. The first that fits is taken. Empty = never.
    /// </summary>
    public ImmutableArray<string> IdMembers { get; init; } = ["id", "key", "name", "_id"];

    /// <summary>Rules for single places; the first that fits a place counts.</summary>
    public ImmutableArray<JsonMergeRule> Rules { get; init; } = [];

    /// <summary>How the elements of other arrays are compared.</summary>
    public DiffAlgorithm Algorithm { get; init; } = DiffAlgorithm.Histogram;
}
