using System.Text;
using System.Text.Json;
using Memento.Rollback;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core.Rollback;

public sealed class VisualDiffTests
{
    [Theory]
    [InlineData("", """{"a":1}""", 3, 0)]
    [InlineData("""[1,2]""", "", 0, 4)]
    public void JSON_that_comes_or_goes_is_readable(string before, string after, int added, int removed)
    {
        var diff = VisualDiff.Compare(before, after);

        Assert.Equal((DiffGranularity.Json, added, removed, 0), (diff.Granularity, diff.Added, diff.Removed, diff.Changed));
        Assert.Equal(0, diff.Similarity);
    }

    [Fact]
    public void One_line_inserted_at_the_front_of_many_marks_one_row()
    {
        var lines = Enumerable.Range(0, 10_000).Select(i => $"line {i % 700}\n").ToList();

        var diff = VisualDiff.Compare(string.Concat(lines), "first\n" + string.Concat(lines));

        Assert.Equal((1, 0, 0, 9_997), (diff.Added, diff.Removed, diff.Changed, diff.HiddenAfter));
        Assert.Equal(["Added   1 first", "Same  1 2 line 0", "Same  2 3 line 1", "Same  3 4 line 2"], Shown(diff));
        Assert.Equal(2 * 10_000 / 20_001.0, diff.Similarity);
    }

    [Fact]
    public void An_inserted_function_keeps_its_own_braces() => Assert.Equal(
        ["Same  1 1 f {", "Same  2 2   a", "Same  3 3 }", "Same  4 4 ", "Added   5 g {", "Added   6   a", "Added   7 }", "Added   8 ", "Same  5 9 h {", "Same  6 10   a", "Same  7 11 }"],
        Shown(VisualDiff.Compare("f {\n  a\n}\n\nh {\n  a\n}\n", "f {\n  a\n}\n\ng {\n  a\n}\n\nh {\n  a\n}\n")));

    [Fact]
    public void A_changed_line_stands_beside_what_it_became_and_its_words_are_marked() => Assert.Equal(
        ["Same  1 1 start", "Added   2 // says who", "Changed 2 3 log(name) | log([user.]name)", "Same  3 4 end"],
        Shown(VisualDiff.Compare("start\nlog(name)\nend\n", "start\n// says who\nlog(user.name)\nend\n")));

    [Theory]
    [InlineData(DiffGranularity.Character, "the c[a]t", "the c[u]t", 12 / 14.0)]
    [InlineData(DiffGranularity.Word, "the [cat]", "the [cut]", 2 / 4.0)]
    [InlineData(DiffGranularity.Line, "the [cat]", "the [cut]", 0)]
    public void The_granularity_says_what_is_marked_and_counted(DiffGranularity granularity, string before, string after, double similarity)
    {
        var diff = VisualDiff.Compare("the cat", "the cut", new() { Granularity = granularity });

        Assert.Equal([$"Changed 1 1 {before} | {after}"], Shown(diff));
        Assert.Equal(similarity, diff.Similarity);
    }

    [Theory]
    [InlineData("{\"a\":1}", "[]", DiffGranularity.Json)]
    [InlineData("1", "2", DiffGranularity.Character)]
    [InlineData("a\n", "b", DiffGranularity.Line)]
    [InlineData("a", "", DiffGranularity.Character)]
    public void Unless_asked_the_granularity_fits_the_content(string before, string after, DiffGranularity granularity) =>
        Assert.Equal(granularity, VisualDiff.Compare(before, after).Granularity);

    [Fact]
    public void Longer_text_on_one_line_is_compared_by_words() => Assert.Equal(DiffGranularity.Word, VisualDiff.Compare(new string('x', 101), "y").Granularity);

    [Fact]
    public void Emoji_and_accents_are_marked_whole() => Assert.Equal(
        ["Changed 1 1 thumbs [👍🏽] e\u0301 | thumbs [👍🏿] e\u0301"], Shown(VisualDiff.Compare("thumbs 👍🏽 e\u0301", "thumbs 👍🏿 e\u0301")));

    [Fact]
    public void Json_members_are_compared_in_one_order_and_commas_are_no_difference()
    {
        var diff = VisualDiff.Compare("""{"b":[1,2],"a":"é"}""", """{ "a": "\u00e9", "b": [1, 2], "c": null }""");

        Assert.Equal(["Same  4 4     1,", "Same  5 5     2", "Same  6 6   ]", "Added   7   \"c\": null", "Same  7 8 }"], Shown(diff));
        Assert.Equal((DiffGranularity.Json, 1, 0, 0), (diff.Granularity, diff.Added, diff.Removed, diff.Changed));
        Assert.Equal("  ],", diff.Hunks[0].Rows[2].Right!.Text);
    }

    [Fact]
    public void A_changed_json_value_is_marked_in_its_line() => Assert.Equal(
        ["Same  1 1 {", "Same  2 2   \"name\": \"billing\",", "Changed 3 3   \"port\": [8080] |   \"port\": [9090]", "Same  4 4 }"],
        Shown(VisualDiff.Compare("""{"port":8080,"name":"billing"}""", """{"port":9090,"name":"billing"}""")));

    [Fact]
    public void The_same_json_written_differently_is_no_difference()
    {
        var diff = VisualDiff.Compare("""{"a":1,"b":2}""", """{"b":2, "a":1}""");

        Assert.Equal((false, 0, true, DiffAdvice.KeepCurrent), (diff.Identical, diff.Differences, diff.AutoResolvable, diff.Recommended));
        Assert.Equal(["Both are the same JSON, written differently."], diff.Notes);
    }

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    public void What_is_no_json_is_compared_as_text(string broken)
    {
        var diff = VisualDiff.Compare(broken, "{}", new() { Granularity = DiffGranularity.Json });

        Assert.Equal(DiffGranularity.Line, diff.Granularity);
        Assert.Equal(["Not both are JSON: compared as text."], diff.Notes);
    }

    [Fact]
    public void Json_that_became_another_kind_of_value_needs_somebody()
    {
        var diff = VisualDiff.Compare("""{"a":[1,2,3,4,5,6,7,8,9]}""", "[1,2,3,4,5,6,7,8,9]", new() { Granularity = DiffGranularity.Json });
        Assert.Equal((false, DiffAdvice.Manual), (diff.AutoResolvable, diff.Recommended));
        Assert.True(diff.Severity >= Severity.High);
    }

    [Fact]
    public void Other_line_ends_everywhere_are_one_sentence()
    {
        var diff = VisualDiff.Compare("a\r\nb\r\nc\r\n", "a\nb\nc\n");

        Assert.Empty(diff.Hunks);
        Assert.Equal((0, 3, 3, 1.0, DiffAdvice.KeepCurrent), (diff.Differences, diff.LineEnds, diff.HiddenAfter, diff.Similarity, diff.Recommended));
        Assert.Equal(["Only line endings differ.", "3 lines, the first of them line 1, end differently: CRLF before, LF after."], diff.Notes);
    }

    [Fact]
    public void A_line_end_that_is_missing_is_shown_where_it_is()
    {
        var diff = VisualDiff.Compare("a\nb", "a\nb\nc\n");

        Assert.Equal(["Same  1 1 a", "LineEnd 2 2 b", "Added   3 c"], Shown(diff));
        Assert.Contains("Line 2 ends differently: no line end before, LF after.", diff.Notes);
    }

    [Fact]
    public void Binary_is_compared_by_size()
    {
        var diff = VisualDiff.Compare(new byte[] { 0xFF, 0xFE, 0 }, "text"u8);

        Assert.Equal((true, false, 0, Severity.Critical, DiffAdvice.Manual), (diff.Binary, diff.Identical, diff.Hunks.Length, diff.Severity, diff.Recommended));
        Assert.Equal(["Binary differs: 3 bytes before, 4 bytes after."], diff.Notes);
        Assert.Equal((true, DiffAdvice.KeepCurrent), (VisualDiff.Compare([0xFF], [0xFF]).Identical, VisualDiff.Compare([0xFF], [0xFF]).Recommended));
    }

    [Fact]
    public void Equal_rows_are_folded_and_counted()
    {
        var lines = Enumerable.Range(1, 50).Select(i => $"line {i}").ToArray();
        var edited = lines.ToArray();
        (edited[9], edited[39]) = ("something else", "another thing");

        var diff = VisualDiff.Compare(string.Join('\n', lines), string.Join('\n', edited), new() { ContextLines = 1 });

        Assert.Equal([(8, 4), (27, 4)], diff.Hunks.Select(hunk => (hunk.HiddenBefore, hunk.Rows.Length)));
        Assert.Equal(9, diff.HiddenAfter);
    }

    [Theory]
    [InlineData(10, 1, Severity.Low, true, DiffAdvice.SmartMerge, "90 % is alike and 1 line differs: few enough to merge.")]
    [InlineData(10, 4, Severity.Medium, true, DiffAdvice.UseRollback, "60 % is alike: too little to merge, and 4 lines differ, few enough to take as a whole.")]
    [InlineData(10, 6, Severity.High, false, DiffAdvice.Manual, "Only 40 % is alike, so somebody should look.")]
    [InlineData(10, 8, Severity.Critical, false, DiffAdvice.Manual, "Only 20 % is alike, so somebody should look.")]
    [InlineData(1_000, 20, Severity.Low, false, DiffAdvice.Manual, "98 % is alike, but 20 lines differ: too many to decide without looking.")]
    public void Severity_and_advice_follow_from_what_is_alike(int lines, int changed, Severity severity, bool auto, DiffAdvice advice, string reason)
    {
        var before = string.Concat(Enumerable.Range(0, lines).Select(i => $"value{i} = 1;\n"));
        var after = string.Concat(Enumerable.Range(0, lines).Select(i => $"value{i} = {(i < changed ? 2 : 1)};\n"));

        var diff = VisualDiff.Compare(before, after);

        Assert.Equal(changed, diff.Changed);
        Assert.Equal((severity, auto, advice, reason), (diff.Severity, diff.AutoResolvable, diff.Recommended, diff.Reason));
    }

    [Fact]
    public void Rows_above_the_limit_are_left_out_and_counted()
    {
        var diff = VisualDiff.Compare("a\nb\nc\n", "d\ne\nf\n", new() { MaxRows = 4 });

        Assert.Equal((4, 2, 3, 3), (diff.Hunks.Sum(hunk => hunk.Rows.Length), diff.OmittedRows, diff.Added, diff.Removed));
        Assert.Contains("2 more rows are left out.", diff.Notes);
    }

    [Fact]
    public void Options_have_ranges() => Assert.Throws<ArgumentOutOfRangeException>(() => new VisualDiffOptions { MaxLines = 0 });

    [Fact]
    public void The_names_on_the_wire_are_those_of_the_contract()
    {
        Assert.Equal(["keep-current", "use-rollback", "smart-merge", "manual"], NamedEnumConverter<DiffAdvice>.KnownNames);
        Assert.Equal(["line", "word", "character", "json"], NamedEnumConverter<DiffGranularity>.KnownNames);
        var json = JsonSerializer.Serialize(VisualDiff.Compare("a\nb\n", "a\nc\n"), MementoJson.Default.VisualDiffResult);
        Assert.StartsWith("""{"granularity":"line","identical":false,"binary":false,"beforeBytes":4,"afterBytes":4,"hunks":[{"hiddenBefore":0,"rows":[{"kind":"same","left":{"number":1,"text":"a","end":"lf","changed":[]},""", json, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Shown(VisualDiffResult diff) => diff.Hunks.SelectMany(hunk => hunk.Rows).Select(row => row.Kind switch
    {
        DiffRowKind.Changed => $"Changed {row.Left!.Number} {row.Right!.Number} {Marked(row.Left)} | {Marked(row.Right)}",
        DiffRowKind.Same => $"Same  {row.Left!.Number} {row.Right!.Number} {row.Left.Text}",
        DiffRowKind.LineEnd => $"LineEnd {row.Left!.Number} {row.Right!.Number} {row.Left.Text}",
        DiffRowKind.Added => $"Added   {row.Right!.Number} {row.Right.Text}",
        _ => $"Removed {row.Left!.Number} {row.Left.Text}",
    });

    private static string Marked(DiffLine line)
    {
        var text = new StringBuilder(line.Text);
        foreach (var span in line.Changed.Reverse()) text.Insert(span.Start + span.Length, ']').Insert(span.Start, '[');
        return text.ToString();
    }
}
