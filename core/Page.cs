using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento;

/// <summary>Part of a list, and where the rest begins.</summary>
[GenerateSerializer, Immutable, Alias("memento.Page`1")]
public sealed record Page<T>
{
    [Id(0)] public required ImmutableArray<T> Items { get; init; }

    /// <summary>Give this back as <c>cursor</c> for what follows; null at the end. Opaque.</summary>
    [Id(1), JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? NextCursor { get; init; }
}

/// <summary>How many items a page may have.</summary>
public static class Paging
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

    /// <summary>Throws <see cref="MementoException"/> unless the limit is from 1 to <see cref="MaxLimit"/>.</summary>
    public static int Check(int limit) => limit is >= 1 and <= MaxLimit
        ? limit
        : throw new MementoException(Refusal.Invalid("limit", $"is {limit}; must be from 1 to {MaxLimit}"));
}
