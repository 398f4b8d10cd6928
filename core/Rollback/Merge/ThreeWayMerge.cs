using System.Collections.Immutable;
using Memento.Workspaces;
using Merging;
using Merging.Json;
using Merging.Text;

namespace Memento.Rollback;

/// <summary>
/// Three-way merge of documents of any kind: JSON by <see cref="JsonMerge"/>, text by <see cref="TextMerge"/>, anything else as a whole.
/// </summary>
public static class ThreeWayMerge
{
    private const int NothingToMerge = 100;

    /// <summary>Merges the changes of both sides. Null stands for a document that does not exist.</summary>
    /// <param name="options">For texts, only the names and rules for the whole document count.</param>
    /// <param name="madeAnew">
    /// Whether a side deleted the document and made another one under its name. If the sides differ, the whole document is then in
    /// conflict.
    /// </param>
    public static MergeOutcome Merge(
        DocumentValue? @base, DocumentValue? ours, DocumentValue? theirs, JsonMergeOptions? options = null, bool madeAnew = false)
    {
        options ??= JsonMergeOptions.Default;
        if (ours == theirs) return Whole(ours);
        if (madeAnew)
        {
            return Conflict(@base, ours, theirs, MergeConflictKind.MadeAnew,
                "The document was deleted and made anew. The earlier and the later one are not merged.", options);
        }

        if (@base == ours) return Whole(theirs) with { Merged = [new("", null, MergeSide.Theirs)] };
        if (@base == theirs) return Whole(ours) with { Kept = [new("", null, MergeSide.Ours)] };

        if (WholeConflict(@base, ours, theirs, options.Names) is var (kind, why)) return Conflict(@base, ours, theirs, kind, why, options);

        // A base of another kind does not tell which parts of the document changed.
        var before = @base is not null && @base.IsJson == ours!.IsJson ? @base.Content : default;
        var contentType = ours!.ContentType == @base?.ContentType ? theirs!.ContentType : ours.ContentType;
        var outcome = ours!.IsJson ? MergeJson(before, ours, theirs!, options) : MergeText(before, ours, theirs!, contentType, options);
        return contentType == theirs!.ContentType || theirs.ContentType == @base?.ContentType
            ? outcome
            : outcome with
            {
                Warnings = [$"Both changed the media type; ours stays, and theirs, {theirs.ContentType ?? "none"}, is dropped."],
            };
    }

    private static (MergeConflictKind Kind, string Why)? WholeConflict(
        DocumentValue? @base, DocumentValue? ours, DocumentValue? theirs, SideNames names)
    {
        if (ours is null || theirs is null)
        {
            var (remover, other) = ours is null ? (MergeSide.Ours, MergeSide.Theirs) : (MergeSide.Theirs, MergeSide.Ours);
            return (MergeConflictKind.MissingTarget, $"{names.Start(remover)} deleted the document, {names.Middle(other)} changed it.");
        }

        if (ours.IsJson != theirs.IsJson)
        {
            var (json, other, type) =
                ours.IsJson ? (names.Ours, names.Theirs, theirs.ContentType) : (names.Theirs, names.Ours, ours.ContentType);
            return (MergeConflictKind.TypeMismatch, $"Both sides changed the document: {json} has JSON, {other} has {type}.");
        }

        var isBinary = !ours.IsJson && (IsBinary(@base) || IsBinary(ours) || IsBinary(theirs));
        var bothChanged = !SameBytes(ours, theirs) && !SameBytes(@base, ours) && !SameBytes(@base, theirs);
        if (!isBinary || !bothChanged) return null;
        const string NotMerged = "The document is not text, and is not merged.";
        return @base is null
            ? (MergeConflictKind.AddedByBoth, $"Both sides added the document, with different bytes. {NotMerged}")
            : (MergeConflictKind.ValueMismatch, $"Both sides changed the document. {NotMerged}");
    }

    /// <summary>Returns the place of one side's change.</summary>
    internal static MergePlace PlaceOf(MergeConflict conflict, MergeSide side) =>
        new(conflict.Path, side is MergeSide.Ours ? conflict.Lines : conflict.TheirLines, side);

    /// <summary>The bytes of a document; null if the document does not exist, which is not the same as an empty one.</summary>
    private static ReadOnlyMemory<byte>? BytesOf(DocumentValue? value) =>
        value is null ? default(ReadOnlyMemory<byte>?) : value.Content;   // a plain null would become an empty array

    private static bool IsBinary(DocumentValue? value) => value is { IsJson: false } && TextMerge.IsBinary(value.Content);

    private static bool SameBytes(DocumentValue? one, DocumentValue? other) =>
        one is not null && other is not null && one.IsJson == other.IsJson && one.Content.SequenceEqual(other.Content);

    private static MergeOutcome MergeJson(ReadOnlyMemory<byte> @base, DocumentValue ours, DocumentValue theirs, JsonMergeOptions options)
    {
        var result = JsonMerge.Merge(@base, ours.Content, theirs.Content, options);
        return Outcome(
            choose => result.Resolve(choose) is { } json ? DocumentValue.Of(json, null) : null,
            [.. result.Conflicts.Select(conflict => Settle(conflict) ?? SmartJson.Suggest(conflict))], result.Changes) with
        {
            SafeRules = result.SafeRules,
        };
    }

    private static MergeOutcome MergeText(
        ReadOnlyMemory<byte> @base, DocumentValue ours, DocumentValue theirs, string? contentType, JsonMergeOptions options)
    {
        var result = TextMerge.Merge(@base, ours.Content, theirs.Content, DiffAlgorithm.Histogram);
        var settlements = ImmutableArray.CreateBuilder<Settlement>(result.Conflicts.Length);
        var conflicts = new Dictionary<TextChunk, MergeConflict>(ReferenceEqualityComparer.Instance);
        foreach (var chunk in result.Conflicts)
        {
            var (bytes, rule) = SmartText.Settle(chunk);
            var conflict = ConflictOf(chunk, options);
            settlements.Add(Settle(conflict) ?? new(conflict, rule, bytes));
            conflicts.Add(chunk, conflict);
        }

        var changes = from chunk in result.Chunks
                      where chunk.Part is MergePart.Ours or MergePart.Theirs
                      let side = chunk.Part is MergePart.Ours ? MergeSide.Ours : MergeSide.Theirs
                      select new MergePlace("", chunk[side].Lines, side);
        return Outcome(
            choose => DocumentValue.Of(result.Resolve(chunk => choose(conflicts[chunk]) ?? default), contentType),
            settlements.MoveToImmutable(), [.. changes]);
    }

    private static MergeConflict ConflictOf(TextChunk chunk, JsonMergeOptions options) => new()
    {
        Kind = chunk.Ours.Bytes.IsEmpty || chunk.Theirs.Bytes.IsEmpty ? MergeConflictKind.MissingTarget : MergeConflictKind.ValueMismatch,
        Path = "",
        Lines = chunk.Ours.Lines,
        TheirLines = chunk.Theirs.Lines,
        Base = chunk.Base.Bytes,
        Ours = chunk.Ours.Bytes,
        Theirs = chunk.Theirs.Bytes,
        Why = WhyOf(chunk, options.Names),
        Rule = options.WholeRule,
    };

    private static string WhyOf(TextChunk chunk, SideNames names)
    {
        if (chunk.Ours.Bytes.IsEmpty) return $"{names.Start(MergeSide.Ours)} removed lines that {names.Theirs} changed.";
        if (chunk.Theirs.Bytes.IsEmpty) return $"{names.Start(MergeSide.Theirs)} removed lines that {names.Ours} changed.";
        return chunk.Base.Bytes.IsEmpty
            ? "Both sides added lines at the same place."
            : "Both sides changed the same lines, or lines that touch.";
    }

    /// <summary>
    /// Settles a conflict by its rule's strategy; null if no strategy fits. Ours is the newer side: a rollback brings back an earlier
    /// value.
    /// </summary>
    private static Settlement? Settle(MergeConflict conflict) =>
        conflict.Rule?.Strategy is { } strategy ? ConflictSettler.Settle(conflict, strategy, newer: MergeSide.Ours) : null;

    private static MergeOutcome Whole(DocumentValue? value) => new(_ => value) { Value = value, Confidence = NothingToMerge };

    /// <summary>Records a conflict over the whole document.</summary>
    private static MergeOutcome Conflict(
        DocumentValue? @base, DocumentValue? ours, DocumentValue? theirs, MergeConflictKind kind, string why, JsonMergeOptions options)
    {
        var conflict = new MergeConflict
        {
            Kind = kind,
            Path = "",
            Base = BytesOf(@base),
            Ours = BytesOf(ours),
            Theirs = BytesOf(theirs),
            Why = why,
            Rule = options.WholeRule,
        };
        var takesSide = conflict.Rule?.Strategy is ConflictSettling.Ours or ConflictSettling.Theirs or ConflictSettling.Newer;
        var settled = takesSide || (ours is { IsJson: true } && theirs is { IsJson: true }) ? Settle(conflict) : null;
        return Outcome(choose => choose(conflict) is { } chosen ? Like(chosen) : null, [settled ?? SmartJson.Suggest(conflict)], []);

        DocumentValue Like(ReadOnlyMemory<byte> chosen)
        {
            // The bytes of a version keep the media type of that version.
            foreach (var version in new[] { theirs, ours, @base })
                if (version is not null && chosen.Equals(version.Content)) return version;
            return DocumentValue.Of(chosen.ToArray(), (theirs ?? ours!).ContentType);
        }
    }

    private static MergeOutcome Outcome(
        Func<Func<MergeConflict, ReadOnlyMemory<byte>?>, DocumentValue?> write,
        ImmutableArray<Settlement> settlements,
        ImmutableArray<MergePlace> changes) => new(write)
    {
        Value = write(conflict => conflict.Ours),
        Conflicts = [.. settlements.Select(s => s.Conflict)],
        Settlements = settlements,
        Kept = [.. changes.Where(place => place.From is MergeSide.Ours)],
        Merged = [.. changes.Where(place => place.From is MergeSide.Theirs)],
        Discarded = [.. settlements.Select(s => PlaceOf(s.Conflict, MergeSide.Theirs))],
        Confidence = MergeConfidence.Of(settlements),
    };
}
