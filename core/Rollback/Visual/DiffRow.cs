using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Rollback;

/// <summary>How the two sides of a row relate.</summary>
[JsonConverter(typeof(NamedEnumConverter<DiffRowKind>))]
public enum DiffRowKind
{
    Same = 0,
    /// <summary>Only after has it: there is no left side.</summary>
    Added,
    /// <summary>Only before has it: there is no right side.</summary>
    Removed,
    /// <summary>The line before and the line that took its place.</summary>
    Changed,
    /// <summary>The same text, and another line end.</summary>
    LineEnd,
}

/// <summary>How a line ends. A carriage return elsewhere is a character of the line.</summary>
[JsonConverter(typeof(NamedEnumConverter<LineEnding>))]
public enum LineEnding
{
    /// <summary>Not at all: the text ends without a line end.</summary>
    None = 0,
    [JsonStringEnumMemberName("lf")] Lf,
    [JsonStringEnumMemberName("crlf")] CrLf,
}

/// <summary>A changed piece of a line.</summary>
/// <param name="Start">Where it starts, in UTF-16 code units from 0.</param>
/// <param name="Length">How long it is, in UTF-16 code units, at least 1.</param>
[GenerateSerializer, Immutable, Alias("memento.DiffSpan")]
public sealed record DiffSpan([property: Id(0)] int Start, [property: Id(1)] int Length);

/// <summary>One line of one side.</summary>
[GenerateSerializer, Immutable, Alias("memento.DiffLine")]
public sealed record DiffLine
{
    /// <summary>Counted from 1, on its own side.</summary>
    [Id(0)] public required int Number { get; init; }

    /// <summary>Without its line end.</summary>
    [Id(1)] public required string Text { get; init; }

    [Id(2)] public required LineEnding End { get; init; }

    /// <summary>The pieces that the other side does not have, in order and apart. Only in changed rows, and there they can all be on the other side.</summary>
    [Id(3)] public ImmutableArray<DiffSpan> Changed { get; init; } = [];
}

/// <summary>Lines that stand beside each other.</summary>
[GenerateSerializer, Immutable, Alias("memento.DiffRow")]
public sealed record DiffRow
{
    [Id(0)] public required DiffRowKind Kind { get; init; }

    /// <summary>Before; null if the line was added.</summary>
    [Id(1)] public DiffLine? Left { get; init; }

    /// <summary>After; null if the line was removed.</summary>
    [Id(2)] public DiffLine? Right { get; init; }
}

/// <summary>Rows that follow each other: differences and the equal lines around them.</summary>
[GenerateSerializer, Immutable, Alias("memento.DiffHunk")]
public sealed record DiffHunk
{
    /// <summary>Rows without a difference that are not shown between the hunk before, or the beginning, and this one.</summary>
    [Id(0)] public required int HiddenBefore { get; init; }

    [Id(1)] public required ImmutableArray<DiffRow> Rows { get; init; }
}
