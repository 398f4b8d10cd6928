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

        if (WholeConflict(@base, ours, theirs, options.Names) is var (kind, why)) return Conflict(@base, ours, theirs, kind, why, options);

        var before = @base is not null && @base.IsJson == ours!.IsJson ? @base.Content : default;   // of another kind, it says nothing about what changed inside
        var contentType = ours!.ContentType == @base?.ContentType ? theirs!.ContentType : ours.ContentType;
        var outcome = ours!.IsJson ? MergeJson(before, ours, theirs!, options) : MergeText(before, ours, theirs!, contentType, options);
        return contentType == theirs!.ContentType || theirs.ContentType == @base?.ContentType
            ? outcome
            : outcome with { Warnings = [$"Both changed the media type; ours stays, and theirs, {theirs.ContentType ?? "none"}, is dropped."] };
    }

    /// <summary>Records a conflict over the whole document, because one side deleted it and made another one under its name.</summary>
    public static MergeOutcome MadeAnew(DocumentValue? @base, DocumentValue? ours, DocumentValue? theirs, JsonMergeOptions? options = null) =>
        ours == theirs ? Whole(ours)
        : Conflict(@base, ours, theirs, MergeConflictKind.MadeAnew,
            "The document was deleted and made anew. The earlier and the later one are not merged.", options ?? JsonMergeOptions.Default);

    private static (MergeConflictKind Kind, string Why)? WholeConflict(DocumentValue? @base, DocumentValue? ours, DocumentValue? theirs, SideNames names)
    {
        if (ours is null || theirs is null)
        {
            var (remover, other) = ours is null ? (names.Ours, names.Theirs) : (names.Theirs, names.Ours);
            return (MergeConflictKind.MissingTarget, $"{Capitalized(remover)} deleted the document, {other} changed it.");
        }

        if (ours.IsJson != theirs.IsJson)
        {
            var (json, other) = ours.IsJson ? (names.Ours, names.Theirs) : (names.Theirs, names.Ours);
            return (MergeConflictKind.TypeMismatch, $"The document is JSON in {json}, and is not in {other}.");
        }

        if (!ours.IsJson && (IsBinary(@base) || IsBinary(ours) || IsBinary(theirs)) && !SameBytes(ours, theirs) && !SameBytes(@base, ours) && !SameBytes(@base, theirs))
            return (MergeConflictKind.ValueMismatch, "Both sides changed the document, and it is not text.");
        return null;
    }

    private static string Capitalized(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..];

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
            [.. result.Conflicts.Select(conflict => Settle(conflict) ?? SmartJson.Suggest(conflict))], result.Changes) with { SafeRules = result.SafeRules };
    }

    private static MergeOutcome MergeText(ReadOnlyMemory<byte> @base, DocumentValue ours, DocumentValue theirs, string? contentType, JsonMergeOptions options)
    {
        var result = TextMerge.Merge(@base, ours.Content, theirs.Content, options.Algorithm);
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
                Why = WhyOf(chunk, options.Names),
                Rule = options.WholeRule,
            };
            settlements.Add(Settle(conflict) ?? new(conflict, rule, bytes));
            chunks.Add(chunk, conflict);
        }

        return Outcome(choose => DocumentValue.Of(result.Resolve(chunk => choose(chunks[chunk]) ?? default), contentType), settlements.MoveToImmutable(),
        [
            .. from chunk in result.Chunks
               where chunk.Part is MergePart.Ours or MergePart.Theirs
               select chunk.Part is MergePart.Ours ? new MergePlace("", chunk.Ours.Lines, MergeSide.Ours) : new("", chunk.Theirs.Lines, MergeSide.Theirs),
        ]);
    }

    private static string WhyOf(TextChunk chunk, SideNames names) => (chunk.Ours.Bytes.IsEmpty, chunk.Theirs.Bytes.IsEmpty, chunk.Base.Bytes.IsEmpty) switch
    {
        (true, _, _) => $"{Capitalized(names.Ours)} removed lines that {names.Theirs} changed.",
        (_, true, _) => $"{Capitalized(names.Theirs)} removed lines that {names.Ours} changed.",
        (_, _, true) => "Both sides added lines at the same place.",
        _ => "Both sides changed the same lines, or lines that touch.",
    };

    /// <summary>The settlement by a rule's strategy, if there is one that fits. Ours is the newer side: a rollback brings back what was earlier.</summary>
    private static Settlement? Settle(MergeConflict conflict) =>
        conflict.Rule?.Strategy is { } strategy ? ConflictSettler.Settle(conflict, strategy, newer: MergeSide.Ours) : null;

    private static MergeOutcome Whole(DocumentValue? value) => new(_ => value) { Value = value, Confidence = NothingToMerge };

    /// <summary>The whole document is one conflict.</summary>
    private static MergeOutcome Conflict(DocumentValue? @base, DocumentValue? ours, DocumentValue? theirs, MergeConflictKind kind, string why, JsonMergeOptions options)
    {
        var conflict = new MergeConflict { Kind = kind, Path = "", Base = BytesOf(@base), Ours = BytesOf(ours), Theirs = BytesOf(theirs), Why = why, Rule = options.WholeRule };
        var takesSide = conflict.Rule?.Strategy is ConflictSettling.Ours or ConflictSettling.Theirs or ConflictSettling.Newer;
        var settled = takesSide || (ours is { IsJson: true } && theirs is { IsJson: true }) ? Settle(conflict) : null;
        return Outcome(choose => choose(conflict) is { } chosen ? Like(chosen) : null, [settled ?? SmartJson.Suggest(conflict)], []);

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
