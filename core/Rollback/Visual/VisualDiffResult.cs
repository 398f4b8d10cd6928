using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Memento.Sessions;
using Orleans;

namespace Memento.Rollback;

/// <summary>What to do about a difference. All but the last are choices of a conflict's resolution.</summary>
[JsonConverter(typeof(NamedEnumConverter<DiffAdvice>))]
public enum DiffAdvice
{
    [JsonStringEnumMemberName("keep-current")] KeepCurrent = 0,
    [JsonStringEnumMemberName("use-rollback")] UseRollback,
    [JsonStringEnumMemberName("smart-merge")] SmartMerge,
    /// <summary>Somebody has to look.</summary>
    [JsonStringEnumMemberName("manual")] Manual,
}

/// <summary>Two texts side by side, and what to make of it.</summary>
[GenerateSerializer, Immutable, Alias("memento.VisualDiffResult")]
public sealed record VisualDiffResult
{
    /// <summary>What was really compared; see <see cref="Coarsened"/>.</summary>
    [Id(0)] public required DiffGranularity Granularity { get; init; }

    /// <summary>Equal byte by byte.</summary>
    [Id(1)] public required bool Identical { get; init; }

    /// <summary>One of the two is no UTF-8. Nothing but their sizes is compared then: there are no rows.</summary>
    [Id(2)] public required bool Binary { get; init; }

    /// <summary>Size in bytes of UTF-8.</summary>
    [Id(3)] public required long BeforeBytes { get; init; }

    /// <inheritdoc cref="BeforeBytes"/>
    [Id(4)] public required long AfterBytes { get; init; }

    /// <summary>The differences, from the top. Equal rows are hidden except around them.</summary>
    [Id(5)] public required ImmutableArray<DiffHunk> Hunks { get; init; }

    /// <summary>Rows without a difference that are hidden after the last hunk; all of them if there is no hunk.</summary>
    [Id(6)] public required int HiddenAfter { get; init; }

    /// <summary>Rows at the end, equal or not, that are left out because there are more than <see cref="VisualDiffOptions.MaxRows"/>.</summary>
    [Id(7)] public required int OmittedRows { get; init; }

    /// <summary>Rows of that kind, shown or not; likewise the next three.</summary>
    [Id(8)] public required int Added { get; init; }
    [Id(9)] public required int Removed { get; init; }
    [Id(10)] public required int Changed { get; init; }

    /// <summary>Rows that differ in nothing but their line end. They are hidden like equal ones, unless one side has no line end at all.</summary>
    [Id(11)] public required int LineEnds { get; init; }

    /// <summary>
    /// 0–1: 2·m / (a + b), where a and b are the pieces of each side and m those that were found on both, in the same order.
    /// Pieces are lines, words or characters, as <see cref="Granularity"/> says; line ends are none. 1 if neither side has a piece.
    /// Words and characters are found within lines that are equal or stand beside each other.
    /// </summary>
    [Id(12)] public required double Similarity { get; init; }

    /// <summary>
    /// By similarity: below 0.3 critical, below 0.5 high, below 0.8 medium, else low. At least high if JSON turned into another kind of value;
    /// critical if binary and different.
    /// </summary>
    [Id(13)] public required Severity Severity { get; init; }

    /// <summary>
    /// True if a program may decide: no text differs, or the severity is low or medium, fewer than 20 rows are added, removed or changed, and nothing was <see cref="Coarsened"/>.
    /// </summary>
    [Id(14)] public required bool AutoResolvable { get; init; }

    /// <summary>
    /// keep-current if no text differs. Otherwise manual, unless it is auto-resolvable: then smart-merge at a similarity of 0.8 or more, and use-rollback below.
    /// </summary>
    [Id(15)] public required DiffAdvice Recommended { get; init; }

    /// <summary>Why that is recommended, in a sentence.</summary>
    [Id(16)] public required string Reason { get; init; }

    /// <summary>The texts were too large or too different to be compared as finely as asked. The rows are right, but a finer look could find more in common.</summary>
    [Id(17)] public required bool Coarsened { get; init; }

    /// <summary>What a reader should know besides the rows, each in a sentence: binary, only line endings differ, coarsened, rows left out.</summary>
    [Id(18)] public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Rows that are added, removed or changed.</summary>
    [JsonIgnore] public int Differences => Added + Removed + Changed;
}
