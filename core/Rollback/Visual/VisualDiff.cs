using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Memento.Rollback;

/// <summary>Shows two versions of a text side by side: what was added, removed and changed, and what to make of it.</summary>
public static class VisualDiff
{
    /// <summary>Longest text without a line end that is compared by character unless asked otherwise, in UTF-16 code units.</summary>
    private const int ShortText = 100;

    /// <summary>Indented JSON may be this many times as long as it was.</summary>
    private const int MaxIndentation = 4;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Compares bytes: as text if both are UTF-8, else by their sizes alone. Nothing is refused.</summary>
    public static VisualDiffResult Compare(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, VisualDiffOptions? options = null) =>
        Text(before) is { } left && Text(after) is { } right ? Compare(left, right, options) : Binary(before, after);

    /// <summary>Compares texts. Nothing is refused: what is too large is compared less finely, and the result says so.</summary>
    public static VisualDiffResult Compare(string before, string after, VisualDiffOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        options ??= VisualDiffOptions.Default;
        var (beforeBytes, afterBytes) = (Encoding.UTF8.GetByteCount(before), Encoding.UTF8.GetByteCount(after));
        var isLarge = Math.Max(beforeBytes, afterBytes) > options.MaxBytes;
        var notes = ImmutableArray.CreateBuilder<string>();

        var (left, right) = isLarge || options.Granularity is not (null or DiffGranularity.Json) ? (null, null)
            : (ReadableJson.Of(before, MaxIndentation * (long)options.MaxBytes), ReadableJson.Of(after, MaxIndentation * (long)options.MaxBytes));
        if (options.Granularity is null)
        {
            // What is not there has no line, and what stands beside it is readable all the same.
            if (before.Length == 0 && right is { IsContainer: true }) left = right with { Text = "" };
            else if (after.Length == 0 && left is { IsContainer: true }) right = left with { Text = "" };
        }

        var isJson = left is not null && right is not null && (options.Granularity is not null || left.IsContainer && right.IsContainer);
        var granularity = isJson ? DiffGranularity.Json : options.Granularity is DiffGranularity.Json ? DiffGranularity.Line : options.Granularity ?? Choose(before, after);
        if (options.Granularity is DiffGranularity.Json && !isJson && !isLarge) notes.Add("Not both are JSON: compared as text.");

        var (a, b) = isJson ? (TextLine.Split(left!.Text, isJson), TextLine.Split(right!.Text, isJson)) : (TextLine.Split(before), TextLine.Split(after));
        if (isLarge |= Math.Max(a.Count, b.Count) > options.MaxLines)
        {
            notes.Add($"Larger than {Number(options.MaxLines)} lines or {Number(options.MaxBytes)} bytes: only whole lines are compared.");
            if (!isJson) granularity = DiffGranularity.Line;
        }

        var work = new WorkLeft(options.MaxWork);
        var built = new RowBuilder(a, b, granularity, isLarge, options, work).Build();
        if (work.RanOut) notes.Add("The texts are so different that the comparison was cut short: some equal pieces are shown as changed.");
        if (built.SkippedCharacters) notes.Add($"Lines longer than {Number(options.MaxCharacterLine)} characters are compared by words.");

        var identical = before == after;
        var differences = built.Count(DiffRowKind.Added) + built.Count(DiffRowKind.Removed) + built.Count(DiffRowKind.Changed);
        var lineEnds = built.Count(DiffRowKind.LineEnd);
        var whyNone = identical ? "Both are the same." : lineEnds > 0 ? "Only line endings differ." : "Both are the same JSON, written differently.";
        if (differences == 0 && !identical) notes.Add(whyNone);
        if (lineEnds > 0) notes.Add(LineEnds(built));

        var (hunks, hiddenAfter, omitted) = Folding.Fold(built.Rows, options);
        if (omitted > 0) notes.Add($"{Number(omitted)} more rows are left out.");

        var coarsened = isLarge || work.RanOut || built.SkippedCharacters;
        var similarity = built.Similarity();
        var judgement = Judgement.OfText(similarity, differences, isJson && left!.Kind != right!.Kind, coarsened, whyNone);
        return new()
        {
            Granularity = granularity,
            Identical = identical,
            Binary = false,
            BeforeBytes = beforeBytes,
            AfterBytes = afterBytes,
            Hunks = hunks,
            HiddenAfter = hiddenAfter,
            OmittedRows = omitted,
            Added = built.Count(DiffRowKind.Added),
            Removed = built.Count(DiffRowKind.Removed),
            Changed = built.Count(DiffRowKind.Changed),
            LineEnds = lineEnds,
            Similarity = similarity,
            Severity = judgement.Severity,
            AutoResolvable = judgement.AutoResolvable,
            Recommended = judgement.Advice,
            Reason = judgement.Reason,
            Coarsened = coarsened,
            Notes = notes.ToImmutable(),
        };
    }

    private static VisualDiffResult Binary(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        var identical = before.SequenceEqual(after);
        var judgement = Judgement.OfBinary(identical);
        return new()
        {
            Granularity = DiffGranularity.Line,
            Identical = identical,
            Binary = true,
            BeforeBytes = before.Length,
            AfterBytes = after.Length,
            Hunks = [],
            HiddenAfter = 0,
            OmittedRows = 0,
            Added = 0,
            Removed = 0,
            Changed = 0,
            LineEnds = 0,
            Similarity = identical ? 1 : 0,
            Severity = judgement.Severity,
            AutoResolvable = judgement.AutoResolvable,
            Recommended = judgement.Advice,
            Reason = judgement.Reason,
            Coarsened = false,
            Notes = identical ? [] : [$"Binary differs: {Number(before.Length)} bytes before, {Number(after.Length)} bytes after."],
        };
    }

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static DiffGranularity Choose(string before, string after) =>
        before.Contains('\n') || after.Contains('\n') ? DiffGranularity.Line : Math.Max(before.Length, after.Length) > ShortText ? DiffGranularity.Word : DiffGranularity.Character;

    private static string LineEnds(RowBuilder built)
    {
        var first = built.Rows.First(row => row.Kind is DiffRowKind.LineEnd);
        var count = built.Count(DiffRowKind.LineEnd);
        var lines = count == 1 ? $"Line {Number(first.Left!.Number)} ends" : $"{Number(count)} lines, the first of them line {Number(first.Left!.Number)}, end";
        return $"{lines} differently: {Name(first.Left!.End)} before, {Name(first.Right!.End)} after.";
    }

    private static string Name(LineEnding end) => end switch { LineEnding.None => "no line end", LineEnding.Lf => "LF", _ => "CRLF" };

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
