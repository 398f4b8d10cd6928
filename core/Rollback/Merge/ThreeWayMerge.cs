using System.Collections.Immutable;
using Memento.Workspaces;
using Merging;
using Merging.Json;
using Merging.Text;

namespace Memento.Rollback;

/// <summary>Three-way merge of documents of any kind: JSON by <see cref="JsonMerge"/>, text by <see cref="TextMerge"/>, anything else as a whole.</summary>
public static class ThreeWayMerge
{
    private const int NothingToMerge = 100;

    /// <summary>Applies the changes from <paramref name="base"/> to <paramref name="theirs"/> to <paramref name="ours"/>. Null stands for a document that is not there.</summary>
    /// <param name="options">For texts, only the algorithm counts.</param>
    public static MergeOutcome Merge(DocumentValue? @base, DocumentValue? ours, DocumentValue? theirs, JsonMergeOptions? options = null)
    {
        options ??= JsonMergeOptions.Default;
        if (ours == theirs) return Whole(ours);
        if (@base == ours) return Whole(theirs) with { Merged = [new("", null, MergeSide.Theirs)] };
        if (@base == theirs) return Whole(ours) with { Kept = [new("", null, MergeSide.Ours)] };

        if (ours is null || theirs is null)
            return Conflict(@base, ours, theirs, MergeConflictKind.MissingTarget, ours is null ? "Ours deleted the document, theirs changed it." : "Theirs deleted the document, ours changed it.");
        if (ours.IsJson != theirs.IsJson)
            return Conflict(@base, ours, theirs, MergeConflictKind.TypeMismatch, ours.IsJson ? "Ours is JSON, theirs is not." : "Theirs is JSON, ours is not.");

        if (!ours.IsJson && (IsBinary(@base) || IsBinary(ours) || IsBinary(theirs)) && !SameBytes(ours, theirs) && !SameBytes(@base, ours) && !SameBytes(@base, theirs))
            return Conflict(@base, ours, theirs, MergeConflictKind.ValueMismatch, "Both changed the document, and it is not text.");

        var before = @base is not null && @base.IsJson == ours.IsJson ? @base.Content : default;   // of another kind, it says nothing about what changed inside
        var contentType = ours.ContentType == @base?.ContentType ? theirs.ContentType : ours.ContentType;
        var outcome = ours.IsJson ? MergeJson(before, ours, theirs, options) : MergeText(before, ours, theirs, contentType, options.Algorithm);
        return contentType == theirs.ContentType || theirs.ContentType == @base?.ContentType
            ? outcome
            : outcome with { Warnings = [$"Both changed the media type; ours stays, and theirs, {theirs.ContentType ?? "none"}, is dropped."] };
    }

    /// <summary>Where the change of one side is.</summary>
    internal static MergePlace PlaceOf(MergeConflict conflict, MergeSide side) => new(conflict.Path, side is MergeSide.Ours ? conflict.Lines : conflict.TheirLines, side);

    /// <summary>Null for a document that is not there, which is something else than an empty one.</summary>
    private static ReadOnlyMemory<byte>? BytesOf(DocumentValue? value) => value is null ? default(ReadOnlyMemory<byte>?) : value.Content;   // a plain null would become an empty array on its way

    private static bool IsBinary(DocumentValue? value) => value is { IsJson: false } && TextMerge.IsBinary(value.Content);

    private static bool SameBytes(DocumentValue? one, DocumentValue? other) => one is not null && other is not null && one.IsJson == other.IsJson && one.Content.SequenceEqual(other.Content);

    private static MergeOutcome MergeJson(ReadOnlyMemory<byte> @base, DocumentValue ours, DocumentValue theirs, JsonMergeOptions options)
    {
        var result = JsonMerge.Merge(@base, ours.Content, theirs.Content, options);
        return Outcome(
            choose => result.Resolve(choose) is { } json ? DocumentValue.Of(json, null) : null,
            [.. result.Conflicts.Select(SmartJson.Suggest)], result.Changes);
    }

    private static MergeOutcome MergeText(ReadOnlyMemory<byte> @base, DocumentValue ours, DocumentValue theirs, string? contentType, DiffAlgorithm algorithm)
    {
        var result = TextMerge.Merge(@base, ours.Content, theirs.Content, algorithm);
        var (settlements, chunks) = (ImmutableArray.CreateBuilder<Settlement>(result.Conflicts.Length), new Dictionary<TextChunk, MergeConflict>(ReferenceEqualityComparer.Instance));
        foreach (var chunk in result.Conflicts)
        {
            var (bytes, rule) = SmartText.Settle(chunk);
            var conflict = new MergeConflict
            {
                Kind = chunk.Ours.Bytes.IsEmpty || chunk.Theirs.Bytes.IsEmpty ? MergeConflictKind.MissingTarget : MergeConflictKind.ValueMismatch,
                Path = "",
                Lines = chunk.Ours.Lines,
                TheirLines = chunk.Theirs.Lines,
                Base = chunk.Base.Bytes,
                Ours = chunk.Ours.Bytes,
                Theirs = chunk.Theirs.Bytes,
                Why = chunk.Ours.Bytes.IsEmpty ? "Ours removed lines that theirs changed." : chunk.Theirs.Bytes.IsEmpty ? "Theirs removed lines that ours changed."
                    : chunk.Base.Bytes.IsEmpty ? "Both added lines in the same place." : "Both changed the same lines, or lines that touch.",
            };
            settlements.Add(new(conflict, rule, bytes));
            chunks.Add(chunk, conflict);
        }

        return Outcome(choose => DocumentValue.Of(result.Resolve(chunk => choose(chunks[chunk]) ?? default), contentType), settlements.MoveToImmutable(),
        [
            .. from chunk in result.Chunks
               where chunk.Part is MergePart.Ours or MergePart.Theirs
               select chunk.Part is MergePart.Ours ? new MergePlace("", chunk.Ours.Lines, MergeSide.Ours) : new("", chunk.Theirs.Lines, MergeSide.Theirs),
        ]);
    }

    private static MergeOutcome Whole(DocumentValue? value) => new(_ => value) { Value = value, Confidence = NothingToMerge };

    /// <summary>The whole document is one conflict.</summary>
    private static MergeOutcome Conflict(DocumentValue? @base, DocumentValue? ours, DocumentValue? theirs, MergeConflictKind kind, string why)
    {
        var conflict = new MergeConflict { Kind = kind, Path = "", Base = BytesOf(@base), Ours = BytesOf(ours), Theirs = BytesOf(theirs), Why = why };
        return Outcome(choose => choose(conflict) is { } chosen ? Like(chosen) : null, [SmartJson.Suggest(conflict)], []);

        DocumentValue Like(ReadOnlyMemory<byte> chosen)
        {
            // The bytes of a version come back with what that version says of them.
            foreach (var version in new[] { theirs, ours, @base })
                if (version is not null && chosen.Equals(version.Content)) return version;
            return DocumentValue.Of(chosen.ToArray(), (theirs ?? ours!).ContentType);
        }
    }

    private static MergeOutcome Outcome(Func<Func<MergeConflict, ReadOnlyMemory<byte>?>, DocumentValue?> write, ImmutableArray<Settlement> settlements, ImmutableArray<MergePlace> changes) => new(write)
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
