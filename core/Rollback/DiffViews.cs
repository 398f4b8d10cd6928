using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Memento.Workspaces;
using Orleans;

namespace Memento.Rollback;

/// <summary>Asks what changed since a point.</summary>
[GenerateSerializer, Immutable, Alias("memento.DiffRequest")]
public sealed record DiffRequest
{
    /// <summary>Another point, or <c>current</c>.</summary>
    [Id(0)] public string To { get; init; } = Current;

    /// <summary>Adds the changed documents line by line, and what changed in them in words.</summary>
    [Id(1)] public bool Visual { get; init; }

    /// <summary>How finely lines are compared; null chooses by what they look like.</summary>
    [Id(2)] public DiffGranularity? Granularity { get; init; }

    /// <summary>
    /// Differences to leave out and count: names of members, globs over paths, or JSON pointers; see
    /// <see cref="DiffOptions.IgnoreProperties"/>.
    /// </summary>
    [Id(3)] public ImmutableArray<string> Ignore { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>
    /// How many steps down into documents to look, 1–128; what lies deeper is one change as a whole, and marked. Default 64.
    /// </summary>
    [Id(4)] public int? Depth { get; init; }

    /// <summary>The default of <see cref="To"/>.</summary>
    public const string Current = "current";

    /// <summary>How documents are compared. Throws <c>VALIDATION_FAILED</c> if that breaks a rule.</summary>
    public DiffOptions Options(int maxChanges)
    {
        var options = new DiffOptions { IgnoreProperties = Ignore, MaxDepth = Depth ?? DiffOptions.Exact.MaxDepth, MaxChanges = Math.Min(maxChanges, DiffOptions.MaxMaxChanges) };
        return options.Problems() is { IsEmpty: false } problems
            ? throw new MementoException(Refusal.Invalid([.. problems.Select(p => p with { Field = p.Field.Replace("ignoreProperties", "ignore", StringComparison.Ordinal).Replace("maxDepth", "depth", StringComparison.Ordinal) })]))
            : options;
    }
}

/// <summary>The changes between two points.</summary>
[GenerateSerializer, Immutable, Alias("memento.PointDiff")]
public sealed record PointDiff
{
    /// <summary>The point.</summary>
    [Id(0)] public required string From { get; init; }

    /// <summary>The other point, or <c>current</c>.</summary>
    [Id(1)] public required string To { get; init; }
    [Id(2)] public required long FromSeq { get; init; }
    [Id(3)] public required long ToSeq { get; init; }

    /// <summary>Changes in all.</summary>
    [Id(4)] public required long ChangeCount { get; init; }

    /// <summary>The changes, by document; the first ones if there are too many (<see cref="Truncated"/>).</summary>
    [Id(5)] public required ImmutableArray<PathChange> Changes { get; init; }
    [Id(6)] public bool Truncated { get; init; }
    [Id(7)] public required PointDiffSummary Summary { get; init; }

    /// <summary>The changed documents line by line; only if asked for.</summary>
    [Id(8)] public ImmutableArray<DocumentDiff>? Documents { get; init; }
    [Id(9)] public required DateTimeOffset GeneratedAt { get; init; }
}

/// <summary>A change of a whole document, or of a place in a document.</summary>
[GenerateSerializer, Immutable, Alias("memento.PathChange")]
public sealed record PathChange
{
    /// <summary>The document and the place in it, as a JSON pointer: <c>/entity/a~1b/name</c>.</summary>
    [Id(0)] public required string Path { get; init; }
    [Id(1)] public required DiffOperation Operation { get; init; }

    /// <summary>JSON before and after; absent where there is none, and for bytes that are no text.</summary>
    [Id(2)] public JsonText? OldValue { get; init; }
    [Id(3)] public JsonText? NewValue { get; init; }
    [Id(4)] public required ChangeMetadata Metadata { get; init; }

    /// <summary>Whether the place is as deep as the diff looks, so that the change stands for all changes below it.</summary>
    [Id(5), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Truncated { get; init; }
}

/// <summary>Where a change belongs.</summary>
[GenerateSerializer, Immutable, Alias("memento.ChangeMetadata")]
public sealed record ChangeMetadata
{
    [Id(0)] public required DocumentKind Kind { get; init; }
    [Id(1)] public required string Id { get; init; }

    /// <summary>Seq and maker of the document's newest change.</summary>
    [Id(2)] public long Seq { get; init; }
    [Id(3)] public string? AgentId { get; init; }
    [Id(4)] public string? SessionId { get; init; }
    [Id(5)] public DateTimeOffset? At { get; init; }

    /// <summary>Where it was before, for a move.</summary>
    [Id(6)] public string? From { get; init; }
    [Id(7)] public string? ContentType { get; init; }
    [Id(8)] public long? OldLength { get; init; }
    [Id(9)] public long? NewLength { get; init; }

    /// <summary>The rollback that made it.</summary>
    [Id(10)] public string? Cause { get; init; }
}

/// <summary>A diff in figures.</summary>
[GenerateSerializer, Immutable, Alias("memento.PointDiffSummary")]
public sealed record PointDiffSummary
{
    /// <summary>Documents that were created, updated, deleted and moved.</summary>
    [Id(0)] public required long Created { get; init; }
    [Id(1)] public required long Updated { get; init; }
    [Id(2)] public required long Deleted { get; init; }
    [Id(3)] public required long Moved { get; init; }

    /// <summary>Changed documents by kind.</summary>
    [Id(4)] public required ImmutableSortedDictionary<string, long> ByKind { get; init; }

    /// <summary>low: at most 10 changes; medium: at most 100; high: more.</summary>
    [Id(5)] public required DiffComplexity Complexity { get; init; }

    /// <summary>Differences that were told to be ignored. A document with no others is not counted as updated.</summary>
    [Id(6)] public long Ignored { get; init; }

    /// <summary>Changes that stand for all that changed deeper than was looked.</summary>
    [Id(7)] public long TruncatedChanges { get; init; }
}

/// <summary>The visual diff of a document.</summary>
/// <param name="Kind">The document's kind.</param>
/// <param name="Id">The document's id.</param>
/// <param name="Diff">Side by side.</param>
/// <param name="Words">The changes in words, if both sides are JSON.</param>
[GenerateSerializer, Immutable, Alias("memento.DocumentDiff")]
public sealed record DocumentDiff([property: Id(0)] DocumentKind Kind, [property: Id(1)] string Id, [property: Id(2)] VisualDiffResult Diff, [property: Id(3)] SemanticDiff? Words = null);

/// <summary>Whether a point can be restored.</summary>
[GenerateSerializer, Immutable, Alias("memento.PointCheck")]
public sealed record PointCheck
{
    [Id(0)] public required string RollbackPointId { get; init; }
    [Id(1)] public required bool Healthy { get; init; }

    /// <summary>Documents that were read back.</summary>
    [Id(2)] public required long Documents { get; init; }
    [Id(3)] public required long Bytes { get; init; }

    /// <summary>The hash that the point has, and the one that its documents give.</summary>
    [Id(4)] public required string ExpectedRoot { get; init; }
    [Id(5)] public required string ActualRoot { get; init; }

    /// <summary>The damaged ones, the first 100.</summary>
    [Id(6)] public required ImmutableArray<string> Damaged { get; init; }
}

/// <summary>A conflict with all that is needed to settle it.</summary>
[GenerateSerializer, Immutable, Alias("memento.ConflictDetails")]
public sealed record ConflictDetails
{
    [Id(0)] public required ConflictView Conflict { get; init; }

    /// <summary>JSON, or text in quotation marks; absent where there is none, and for bytes that are no text.</summary>
    [Id(1), JsonConverter(typeof(NullIsValueConverter))] public JsonText? BaseValue { get; init; }
    [Id(2), JsonConverter(typeof(NullIsValueConverter))] public JsonText? CurrentValue { get; init; }
    [Id(3), JsonConverter(typeof(NullIsValueConverter))] public JsonText? RollbackValue { get; init; }

    /// <summary>The current document, compared with the one that the rollback would bring back.</summary>
    [Id(4)] public required VisualDiffResult Diff { get; init; }
    [Id(5)] public required ImmutableArray<ConflictOption> Options { get; init; }
    [Id(6)] public required ConflictChoice Recommended { get; init; }

    /// <summary>
    /// ETag of the document's newest version, also if that deleted it. If it is not that of <see cref="ConflictView.CurrentSeq"/>, settling
    /// the conflict needs it as <c>ifMatch</c>.
    /// </summary>
    [Id(7)] public string? CurrentEtag { get; init; }

    /// <summary>
    /// The places in conflict, each with its three values; the first 100. Empty if the conflict is outside of the document, or about
    /// several runs of changes of which the history is gone.
    /// </summary>
    [Id(8)] public ImmutableArray<ConflictPlace> Places { get; init; } = [];
}

/// <summary>A way to settle a conflict.</summary>
[GenerateSerializer, Immutable, Alias("memento.ConflictOption")]
public sealed record ConflictOption
{
    [Id(0)] public required ConflictChoice Choice { get; init; }
    [Id(1)] public required string Description { get; init; }

    /// <summary>The document's content under this choice; absent = the document would be deleted, or is not text.</summary>
    [Id(2), JsonConverter(typeof(NullIsValueConverter))] public JsonText? Preview { get; init; }

    /// <summary>Percent.</summary>
    [Id(3)] public required int Confidence { get; init; }
}
