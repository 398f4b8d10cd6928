using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Rollback;

/// <summary>What happened to a value between two states.</summary>
[JsonConverter(typeof(NamedEnumConverter<DiffOperation>))]
public enum DiffOperation { Create = 0, Update, Delete, Move }

/// <summary>
/// One difference between two JSON documents. All changes of a delta happen at once: a path never depends on another change. A delete names its place in the document before,
/// everything else its place in the document after, so nothing has to be counted along when elements of an array come and go.
/// </summary>
[GenerateSerializer, Immutable, Alias("memento.JsonChange")]
public sealed record JsonChange
{
    /// <summary>JSON Pointer (RFC 6901): for a delete into the document before, otherwise into the document after. Empty = the whole document.</summary>
    [Id(0)] public required string Path { get; init; }

    [Id(1)] public required DiffOperation Operation { get; init; }

    /// <summary>The canonical value before; absent for a create.</summary>
    [Id(2)] public JsonText? OldValue { get; init; }

    /// <summary>The canonical value after; absent for a delete. For a move it equals <see cref="OldValue"/>, unless other changes lie inside what moved: those are listed on their own.</summary>
    [Id(3)] public JsonText? NewValue { get; init; }

    /// <summary>JSON Pointer into the document before: where a moved value was; for an update only if that differs from <see cref="Path"/>, because elements of an array in front of it came or went.</summary>
    [Id(4)] public string? From { get; init; }

    /// <summary>True if both values are objects or both arrays, but lie at <see cref="DiffOptions.MaxDepth"/>, so that this update replaces the whole value.</summary>
    [Id(5)] public bool Truncated { get; init; }

    /// <summary>The change that leads back. The inverse of the inverse is the change itself.</summary>
    public JsonChange Invert() => this with
    {
        Path = Operation is DiffOperation.Create or DiffOperation.Delete ? Path : From ?? Path,
        From = From is null ? null : Path,
        OldValue = NewValue,
        NewValue = OldValue,
        Operation = Operation switch { DiffOperation.Create => DiffOperation.Delete, DiffOperation.Delete => DiffOperation.Create, var same => same },
    };
}

/// <summary>Why a difference is not among the changes.</summary>
[JsonConverter(typeof(NamedEnumConverter<OmissionReason>))]
public enum OmissionReason
{
    /// <summary>A pattern of <see cref="DiffOptions.IgnoreProperties"/> says so.</summary>
    Ignored = 0,
    /// <summary>A comparer called the two values equal, though they are not the same.</summary>
    Tolerated,
    /// <summary>There were more changes than <see cref="DiffOptions.MaxChanges"/>.</summary>
    TooMany,
}

/// <summary>A difference that is known and was left out.</summary>
/// <param name="Path">JSON Pointer, as in <see cref="JsonChange.Path"/>.</param>
[GenerateSerializer, Immutable, Alias("memento.DiffOmission")]
public sealed record DiffOmission([property: Id(0)] string Path, [property: Id(1)] OmissionReason Reason);
