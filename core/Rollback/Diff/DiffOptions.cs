using System.Collections.Immutable;

namespace Memento.Rollback;

/// <summary>
/// How two JSON documents are compared. Without options everything counts and the delta is exact.
/// <para>A pattern is a JSON Pointer in which <c>*</c> stands for any one member or index and <c>**</c> for any number of them, none included; text without a leading <c>/</c> is the name of a member
/// at any depth. Indexes are those of the document after, for deleted values those of the document before.</para>
/// </summary>
public sealed record DiffOptions
{
    public const int MaxMaxDepth = 128, MaxMaxChanges = 1_000_000, MaxPatterns = 100, MaxPatternLength = 1024, MaxArrayIds = 16;

    /// <summary>Everything counts.</summary>
    public static DiffOptions Exact { get; } = new();

    /// <summary>For readers: leaves out the members that programs keep for themselves, <c>__timestamp</c>, <c>__version</c> and <c>__metadata</c>.</summary>
    public static DiffOptions WithoutBookkeeping { get; } = new() { IgnoreProperties = ["__timestamp", "__version", "__metadata"] };

    /// <summary>Patterns of values whose differences are left out, and counted. Default: none; at most <see cref="MaxPatterns"/>.</summary>
    public ImmutableArray<string> IgnoreProperties { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>How many steps down a path may go, 1–128, default 64. A value at that depth is replaced as a whole and marked <see cref="JsonChange.Truncated"/>; the delta stays exact.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>
    /// Members that may tell the elements of an array apart, in the order in which they are tried. Default: <c>id</c>, <c>key</c>, <c>name</c>, <c>_id</c>; at most <see cref="MaxArrayIds"/>.
    /// One is used where all elements that differ are objects that have it, as text or number, each with another value. Elements of other arrays are matched by content.
    /// </summary>
    public ImmutableArray<string> ArrayIds { get => field.IsDefault ? [] : field; init; } = ["id", "key", "name", "_id"];

    /// <summary>Comparers of values that differ, by pattern. If one of those that match calls two values equal, the difference is left out and counted. Default: none; at most <see cref="MaxPatterns"/>.</summary>
    public ImmutableArray<PathComparer> CustomComparers { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>Most changes that are listed, 1–1,000,000, default 10,000. The rest is counted, and the delta is then incomplete.</summary>
    public int MaxChanges { get; init; } = 10_000;

    /// <summary>Every option that breaks a rule.</summary>
    public ImmutableArray<FieldError> Problems()
    {
        var found = ImmutableArray.CreateBuilder<FieldError>();
        Range(nameof(MaxDepth), MaxDepth, MaxMaxDepth);
        Range(nameof(MaxChanges), MaxChanges, MaxMaxChanges);
        Count(nameof(IgnoreProperties), IgnoreProperties.Length, MaxPatterns);
        Count(nameof(CustomComparers), CustomComparers.Length, MaxPatterns);
        Count(nameof(ArrayIds), ArrayIds.Length, MaxArrayIds);
        for (var i = 0; i < IgnoreProperties.Length; i++) Pattern($"ignoreProperties[{i}]", IgnoreProperties[i]);
        for (var i = 0; i < CustomComparers.Length; i++) Pattern($"customComparers[{i}]", CustomComparers[i].Pattern);
        return found.ToImmutable();

        void Range(string name, int value, int most)
        {
            if (value < 1 || value > most) found.Add(new(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name), $"is {value}; must be from 1 to {most}"));
        }

        void Count(string name, int count, int most)
        {
            if (count > most) found.Add(new(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name), $"has {count} entries; at most {most} are allowed"));
        }

        void Pattern(string field, string pattern)
        {
            if (string.IsNullOrEmpty(pattern)) found.Add(new(field, "must not be empty"));
            else if (pattern.Length > MaxPatternLength) found.Add(new(field, $"has {pattern.Length} characters; at most {MaxPatternLength} are allowed"));
            else if (pattern[0] == '/' && !JsonPath.TrySplit(pattern, out _)) found.Add(new(field, $"{Quoted.Text(pattern)} is not a JSON Pointer: ~ must be followed by 0 or 1"));
        }
    }
}
