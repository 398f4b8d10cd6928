using System.Collections.Immutable;

namespace Merging.Json;

/// <summary>Says how one place of a JSON value is merged. The first rule that fits a place counts.</summary>
public sealed record JsonMergeRule
{
    /// <summary>
    /// The places where the rule applies: a JSON Pointer (RFC 6901) in which a token <c>*</c> stands for any member or element.
    /// Null stands for every place.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>
    /// The members that together identify an element of the array at the place. Empty = the merge looks for a key itself.
    /// </summary>
    public ImmutableArray<string> Key { get; init; } = [];

    /// <summary>
    /// How the value at the place is read. Null = the merge looks for a key of an array itself, and a string is one value.
    /// </summary>
    public JsonMergeKind? As { get; init; }

    /// <summary>How a conflict at the place, or below the place, is settled. Null = the conflict stays open.</summary>
    public ConflictSettling? Strategy { get; init; }
}

/// <summary>How a value is read before it is merged.</summary>
public enum JsonMergeKind
{
    /// <summary>An array whose elements have an order and are compared by their content.</summary>
    List = 0,
    /// <summary>An array whose order means nothing and in which equal elements are one.</summary>
    Set,
    /// <summary>A string that is merged line by line.</summary>
    Text,
}

/// <summary>How a recorded conflict is settled.</summary>
public enum ConflictSettling
{
    /// <summary>Ours stays.</summary>
    Ours = 0,
    /// <summary>Theirs is taken.</summary>
    Theirs,
    /// <summary>The side that was written later is taken.</summary>
    Newer,
    /// <summary>The longer string, the larger number, or the array or object with more in it is taken.</summary>
    Larger,
    /// <summary>All elements or members of both sides are taken, except those that one side removed; arrays and objects only.</summary>
    Union,
    /// <summary>The larger of two numbers is taken.</summary>
    Max,
    /// <summary>Two strings are merged line by line. The conflict stays open if both sides changed the same lines.</summary>
    Text,
    /// <summary>The conflict stays open for a person.</summary>
    Nobody,
}
