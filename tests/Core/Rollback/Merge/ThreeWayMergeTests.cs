using System.Text;
using CsCheck;
using Memento.Rollback;
using Memento.Tests.Merging.Text;
using Memento.Workspaces;
using Merging;
using Xunit;

namespace Memento.Tests.Core.Rollback.Merge;

public sealed class ThreeWayMergeTests
{
    private static readonly DocumentValue Binary = DocumentValue.Of([1, 0, 2], DocumentValue.UnknownType);

    [Fact]
    public void Deleting_what_nobody_else_changed_deletes()
    {
        var outcome = ThreeWayMerge.Merge(Text("a\n"), Text("a\n"), null);

        Assert.Null(outcome.Value);
        Assert.Empty(outcome.Conflicts);
        Assert.Equal([new MergePlace("", null, MergeSide.Theirs)], outcome.Merged);
        Assert.Equal(100, outcome.Confidence);
    }

    [Fact]
    public void Deletion_of_a_changed_document_is_a_conflict_and_a_smart_merge_keeps_it()
    {
        var outcome = ThreeWayMerge.Merge(Text("a\n"), null, Text("b\n"));

        Assert.Null(outcome.Value);
        Assert.Equal(MergeConflictKind.MissingTarget, Assert.Single(outcome.Conflicts).Kind);
        Assert.Equal(Text("b\n"), outcome.Resolve(MergeSide.Theirs));
        Assert.Equal(Text("b\n"), SmartMerge.Settle(outcome).Value);
    }

    [Fact]
    public void Creating_the_same_twice_is_no_conflict() => Assert.Equal(Json("1"), ThreeWayMerge.Merge(null, Json("1"), Json("1")).Value);

    [Fact]
    public void Creating_different_things_is_a_conflict_over_all_of_them()
    {
        Assert.Single(ThreeWayMerge.Merge(null, Text("a\n"), Text("b\n")).Conflicts);
        Assert.Equal("", Assert.Single(ThreeWayMerge.Merge(null, Json("""{"a":1,"b":1}"""), Json("""{"a":2,"c":1}""")).Conflicts).Path);
    }

    [Fact]
    public void Binaries_conflict_as_a_whole()
    {
        var (ours, theirs) = (DocumentValue.Of([0, 1], DocumentValue.UnknownType), DocumentValue.Of([0, 2], "image/png"));
        var outcome = ThreeWayMerge.Merge(Binary, ours, theirs);

        Assert.Equal(MergeConflictKind.ValueMismatch, Assert.Single(outcome.Conflicts).Kind);
        Assert.Equal(ours, outcome.Value);
        Assert.Equal(theirs, outcome.Resolve(MergeSide.Theirs));
        Assert.Equal(theirs, ThreeWayMerge.Merge(Binary, Binary, theirs).Value);
    }

    [Fact]
    public void JSON_against_text_is_a_conflict_of_types() =>
        Assert.Equal(MergeConflictKind.TypeMismatch, Assert.Single(ThreeWayMerge.Merge(Text("1"), Json("1"), Text("2")).Conflicts).Kind);

    [Fact]
    public void The_media_type_is_merged_too()
    {
        var @base = Text("a\n") with { ContentType = "text/plain" };

        Assert.Equal("text/markdown", ThreeWayMerge.Merge(@base, Text("b\na\n") with { ContentType = "text/plain" }, @base with { ContentType = "text/markdown" }).Value!.ContentType);
        Assert.Single(ThreeWayMerge.Merge(@base, @base with { ContentType = "text/a" }, @base with { ContentType = "text/b" }).Warnings);
    }

    [Fact]
    public void Lists_say_what_came_from_whom()
    {
        var outcome = ThreeWayMerge.Merge(Text("1\n2\n3\n4\n5\n6\n"), Text("A\n2\n3\n4\nX\n6\n"), Text("1\n2\nB\n4\nY\n6\n"));

        Assert.Equal([new MergePlace("", new(0, 1), MergeSide.Ours)], outcome.Kept);
        Assert.Equal([new MergePlace("", new(2, 1), MergeSide.Theirs)], outcome.Merged);
        Assert.Equal([new MergePlace("", new(4, 1), MergeSide.Theirs)], outcome.Discarded);
        Assert.Equal("A\n2\nB\n4\nX\n6\n", Said(outcome));

        var smart = SmartMerge.Settle(outcome);
        Assert.Equal("A\n2\nB\n4\nY\n6\n", Said(smart));
        Assert.Equal([new MergePlace("", new(4, 1), MergeSide.Ours)], smart.Discarded);
        Assert.Empty(smart.Conflicts);
    }

    [Theory]
    [InlineData("a b\n", "a  b\n", "a\tb\n", "a\tb\n", SmartRule.SameButForWhiteSpace)]
    [InlineData("a\n", " a\n", "b\n", "b\n", SmartRule.OneChangedWhiteSpace)]
    [InlineData("", "x\n", "x\nsame\n", "x\nsame\n", SmartRule.OneContainsTheOther)]
    [InlineData("", "o", "t\n", "o\nt\n", SmartRule.BothAdded)]
    [InlineData("a\nb\n", "A\nb\n", "a\nB\n", "A\nB\n", SmartRule.LinesTouch)]
    [InlineData("let a = b;\n", "let x = b;\n", "let a = y;\n", "let x = y;\n", SmartRule.DifferentWords)]
    [InlineData("a\n", "", "b\n", "", SmartRule.OneRemoved)]
    [InlineData("a\n", "b\n", "c\n", "c\n", SmartRule.BothChanged)]
    public void Conflicts_of_texts_are_settled_by_a_rule(string @base, string ours, string theirs, string merged, SmartRule rule)
    {
        var smart = SmartMerge.Merge(Text(@base), Text(ours), Text(theirs));

        Assert.Equal(merged, Said(smart));
        if (!smart.Settlements.IsEmpty) Assert.Equal(rule, smart.Settlements[0].Rule);
        Assert.InRange(smart.Confidence, 1, 99);
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""", """{"a":3}""", """{"a":3}""")]
    [InlineData("""{"a":1}""", """{"a":2}""", """{}""", """{}""")]
    [InlineData("""[0]""", """[0,1,2]""", """[0,3,2]""", """[0,1,3,2]""")]
    [InlineData("""[0,1,9]""", """[0,9]""", """[0,2,3,9]""", """[0,9]""")]
    public void Conflicts_of_JSON_are_settled_by_a_rule(string @base, string ours, string theirs, string merged) => Assert.Equal(merged, Said(SmartMerge.Merge(Json(@base), Json(ours), Json(theirs))));

    [Fact]
    public void Confidence_falls_with_number_and_size_of_conflicts()
    {
        var clean = ThreeWayMerge.Merge(Text("1\n2\n3\n"), Text("A\n2\n3\n"), Text("1\n2\nB\n")).Confidence;
        var one = ThreeWayMerge.Merge(Text("1\n2\n3\n"), Text("1\nA\n3\n"), Text("1\nB\n3\n")).Confidence;
        var large = ThreeWayMerge.Merge(Text("1\n2\n3\n"), Text("1\nA\nA\nA\nA\n3\n"), Text("1\nB\nB\nB\nB\n3\n")).Confidence;

        Assert.True(clean >= 80 && 80 > one && one > large, $"{clean}, {one}, {large}");
    }

    [Fact]
    public void A_smart_merge_settles_everything_and_both_ways_of_asking_agree() => TextGen.Triple.Sample(t =>
    {
        var (b, o, th) = (Value(t.Base), Value(t.Ours), Value(t.Theirs));
        var outcome = ThreeWayMerge.Merge(b, o, th);
        var smart = SmartMerge.Merge(b, o, th);

        Assert.Empty(smart.Conflicts);
        Assert.Equal(outcome.Conflicts.Length, outcome.Settlements.Length);
        Assert.Equal(outcome.Confidence, smart.Confidence);
        Assert.Equal(outcome.Value, outcome.Resolve(MergeSide.Ours));
        if (outcome.Conflicts.IsEmpty) Assert.Equal(outcome.Value, smart.Value);
    }, iter: 1000);

    private static DocumentValue Value(byte[] content) => DocumentValue.Of(content, DocumentValue.UnknownType);

    private static DocumentValue Text(string text) => Value(Encoding.UTF8.GetBytes(text));

    private static DocumentValue Json(string json) => DocumentValue.Of(Encoding.UTF8.GetBytes(json), null);

    private static string Said(MergeOutcome outcome) => Encoding.UTF8.GetString(outcome.Value!.Content);
}
