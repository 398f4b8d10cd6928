using System.Text;
using CsCheck;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>What holds for every pair of texts.</summary>
public sealed class VisualDiffPropertyTests
{
    private static readonly VisualDiffOptions Everything = new() { Granularity = DiffGranularity.Line, ContextLines = int.MaxValue, MaxRows = int.MaxValue };

    private static readonly Gen<string> Line = Gen.Frequency(
        (6, Gen.OneOf("", "{", "}", "  return;", "int alpha = 1;", "int beta = 2;", "\tint beta = 3;", "alpha", "beta", "ending \r inside")),
        (1, Gen.String[Gen.Char["ab ,.\t{}é\ud83d\ude00"], 0, 12]));

    /// <summary>Few different lines, many repetitions, all line ends, with and without the last one.</summary>
    private static readonly Gen<string> SomeText = Gen.Select(Gen.Select(Line, Gen.OneOf("\n", "\n", "\n", "\r\n")).List[0, 25], Line).Select((lines, last) =>
        string.Concat(lines.Select(line => line.Item1 + line.Item2)) + last);

    /// <summary>Texts that have something to do with each other, and some that have not.</summary>
    private static readonly Gen<(string Before, string After)> Pair = Gen.Frequency(
        (1, Gen.Select(SomeText, SomeText)),
        (3, Gen.Select(SomeText, Gen.Select(Gen.Int[0, 30], Gen.Int[0, 3], SomeText).List[0, 3]).Select((text, edits) => (text, edits.Aggregate(text, Edited)))));

    [Fact]
    public void The_left_side_of_the_rows_is_before_and_the_right_side_is_after() => Pair.Sample((before, after) =>
    {
        var diff = VisualDiff.Compare(before, after, Everything);
        AssertWhole(diff, before, after);
    }, iter: 5_000);

    [Fact]
    public void However_little_work_is_allowed_the_sides_are_whole() => Gen.Select(Pair, Gen.Int[1, 300], Gen.Enum<DiffGranularity>(), Gen.Int[1, 40]).Sample((pair, work, granularity, lines) =>
    {
        var json = granularity is DiffGranularity.Json;
        var diff = VisualDiff.Compare(pair.Before, pair.After, Everything with { Granularity = json ? DiffGranularity.Word : granularity, MaxWork = work, MaxLines = lines, MaxCharacterLine = 5 });
        AssertWhole(diff, pair.Before, pair.After);
    }, iter: 5_000);

    [Fact]
    public void Rows_say_what_their_sides_are() => Gen.Select(Pair, Gen.Enum<DiffGranularity>()).Sample((pair, granularity) =>
    {
        var diff = VisualDiff.Compare(pair.Before, pair.After, Everything with { Granularity = granularity });
        foreach (var row in Rows(diff))
        {
            Assert.Equal(row.Kind is DiffRowKind.Added, row.Left is null);
            Assert.Equal(row.Kind is DiffRowKind.Removed, row.Right is null);
            if (row is not { Left: { } left, Right: { } right }) continue;
            Assert.Equal(row.Kind is not DiffRowKind.Changed, diff.Granularity is DiffGranularity.Json ? left.Text.TrimEnd(',') == right.Text.TrimEnd(',') : left.Text == right.Text);
            if (row.Kind is not DiffRowKind.Changed) Assert.Equal(row.Kind is DiffRowKind.Same, left.End == right.End);
            else Assert.Equal(Unmarked(left), Unmarked(right));
        }
    }, iter: 3_000);

    [Fact]
    public void Marks_are_in_order_apart_and_inside_the_line() => Gen.Select(Pair, Gen.Enum<DiffGranularity>()).Sample((pair, granularity) =>
    {
        foreach (var line in Rows(VisualDiff.Compare(pair.Before, pair.After, Everything with { Granularity = granularity })).SelectMany(row => new[] { row.Left, row.Right }).OfType<DiffLine>())
        {
            var end = -1;
            foreach (var span in line.Changed)
            {
                Assert.True(span.Start > end && span.Length > 0);
                end = span.Start + span.Length;
                Assert.InRange(end, 1, line.Text.Length);
                Assert.False(span.Start > 0 && char.IsSurrogatePair(line.Text, span.Start - 1));
            }
        }
    }, iter: 3_000);

    [Fact]
    public void Figures_are_in_their_ranges_and_equal_texts_are_alike() => Gen.Select(Pair, Gen.Enum<DiffGranularity>()).Sample((pair, granularity) =>
    {
        var diff = VisualDiff.Compare(pair.Before, pair.After, Everything with { Granularity = granularity });
        Assert.InRange(diff.Similarity, 0, 1);
        Assert.Equal(pair.Before == pair.After, diff.Identical);
        Assert.EndsWith(".", diff.Reason, StringComparison.Ordinal);
        if (diff.Identical) Assert.Equal((1.0, 0, true, DiffAdvice.KeepCurrent), (diff.Similarity, diff.Differences, diff.AutoResolvable, diff.Recommended));
        Assert.Equal(diff.AutoResolvable, diff.Recommended is not DiffAdvice.Manual);
    }, iter: 3_000);

    [Fact]
    public void Inserted_lines_mark_just_those_rows() => Gen.Select(SomeText, Gen.Int[0, 25], Gen.Int[1, 4]).Sample((text, at, count) =>
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        var before = string.Concat(lines.Select(line => line + "\n"));
        lines.InsertRange(at % (lines.Count + 1), Enumerable.Repeat("  return;", count));
        var diff = VisualDiff.Compare(before, string.Concat(lines.Select(line => line + "\n")), Everything);
        Assert.Equal((count, 0, 0, 0), (diff.Added, diff.Removed, diff.Changed, diff.LineEnds));
    }, iter: 3_000);

    [Fact]
    public void No_row_is_lost_by_folding() => Gen.Select(Pair, Gen.Int[0, 4], Gen.Int[1, 30]).Sample((pair, context, room) =>
    {
        var whole = VisualDiff.Compare(pair.Before, pair.After, Everything);
        var diff = VisualDiff.Compare(pair.Before, pair.After, Everything with { ContextLines = context, MaxRows = room });
        Assert.Equal(Rows(whole).Count() + whole.HiddenAfter, diff.Hunks.Sum(hunk => hunk.HiddenBefore + hunk.Rows.Length) + diff.HiddenAfter + diff.OmittedRows);
        Assert.InRange(Rows(diff).Count(), 0, room);
        Assert.All(diff.Hunks.Skip(1), hunk => Assert.True(hunk.HiddenBefore > 1));
    }, iter: 3_000);

    [Fact]
    public void Bytes_are_compared_as_the_text_they_are() => Pair.Where(pair => IsText(pair.Before) && IsText(pair.After)).Sample((before, after) =>
    {
        var (text, bytes) = (VisualDiff.Compare(before, after), VisualDiff.Compare(Encoding.UTF8.GetBytes(before), Encoding.UTF8.GetBytes(after)));
        Assert.Equal((text.Similarity, text.Differences, text.BeforeBytes, text.Reason), (bytes.Similarity, bytes.Differences, bytes.BeforeBytes, bytes.Reason));
        Assert.False(bytes.Binary);
    }, iter: 500);

    private static string Edited(string text, (int At, int What, string New) edit)
    {
        var lines = text.Split('\n').ToList();
        var at = edit.At % lines.Count;
        if (edit.What != 1) lines.RemoveAt(at);
        if (edit.What != 0) lines.InsertRange(at, edit.New.Split('\n').Take(edit.What));
        return string.Join('\n', lines);
    }

    private static IEnumerable<DiffRow> Rows(VisualDiffResult diff) => diff.Hunks.SelectMany(hunk => hunk.Rows);

    private static void AssertWhole(VisualDiffResult diff, string before, string after)
    {
        Assert.Equal((0, 0), (diff.OmittedRows, diff.Hunks.Sum(hunk => hunk.HiddenBefore)));
        if (diff.Hunks.IsEmpty)
        {
            Assert.Equal(before.Replace("\r\n", "\n", StringComparison.Ordinal), after.Replace("\r\n", "\n", StringComparison.Ordinal));
            return;
        }

        Assert.Equal(before, Side(Rows(diff).Select(row => row.Left)));
        Assert.Equal(after, Side(Rows(diff).Select(row => row.Right)));
    }

    private static string Side(IEnumerable<DiffLine?> lines) => string.Concat(lines.OfType<DiffLine>().Select((line, index) =>
    {
        Assert.Equal(index + 1, line.Number);
        return line.Text + line.End switch { LineEnding.None => "", LineEnding.Lf => "\n", _ => "\r\n" };
    }));

    /// <summary>Without white space, which is marked too where it is between two marked words.</summary>
    private static string Unmarked(DiffLine line)
    {
        var text = line.Text;
        foreach (var span in line.Changed.Reverse()) text = text.Remove(span.Start, span.Length);
        return string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
    }

    private static bool IsText(string text) => !text.Any(char.IsSurrogate);
}
