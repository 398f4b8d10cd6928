using CsCheck;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

public sealed class DiffWordsTests
{
    [Theory]
    [InlineData("""{"title":"a"}""", """{"title":"b"}""", "title changed from \"a\" to \"b\"")]
    [InlineData("""{"tags":["a"]}""", """{"tags":["a","x"]}""", "tag \"x\" added")]
    [InlineData("""{"tags":["a","x"]}""", """{"tags":["a"]}""", "tag \"x\" removed")]
    [InlineData("""{"tags":["a","b","x"]}""", """{"tags":["x","a","b"]}""", "tag \"x\" moved from 3rd to 1st")]
    [InlineData("""[{"id":1},{"id":2},{"id":7}]""", """[{"id":7},{"id":1},{"id":2}]""", "item id=7 moved from 3rd to 1st")]
    [InlineData("""{"price":10}""", """{"price":12}""", "price rose from 10 to 12 (+20 %)")]
    [InlineData("""{"price":12}""", """{"price":10}""", "price fell from 12 to 10 (-16.7 %)")]
    [InlineData("""{"price":0}""", """{"price":10}""", "price rose from 0 to 10")]
    [InlineData("""{"done":false}""", """{"done":true}""", "done changed from false to true")]
    [InlineData("""{"a":{"b":1}}""", """{"a":{"b":"1"}}""", "b of a changed from 1 to \"1\"")]
    [InlineData("""{"items":[{"id":"k","price":4}]}""", """{"items":[{"id":"k","price":5}]}""", "price of item id=k rose from 4 to 5 (+25 %)")]
    [InlineData("""{"entries":[{"a":[1,2],"b":1}]}""", """{"entries":[{"a":[1,3],"b":1}]}""", "2nd a item of 1st entry rose from 2 to 3 (+50 %)")]
    [InlineData("""{"3":{"my name":1}}""", """{"3":{"my name":null}}""", "\"my name\" of 3 changed from 1 to null")]
    [InlineData("""{"x":1,"y":{"z":2}}""", """{"x":1}""", "y removed (was {\"z\":2})")]
    [InlineData("""{"x":1}""", """{"x":1,"y":"z"}""", "y added: \"z\"")]
    [InlineData("""{"x":"abc"}""", """{"y":"abc"}""", "x renamed to y")]
    [InlineData("""{"doing":[{"id":7,"text":"write"}],"done":[]}""", """{"doing":[],"done":[{"id":7,"text":"write"}]}""", "doing item id=7 moved from doing to done")]
    [InlineData("1", "[]", "the document changed from 1 to []")]
    [InlineData("""{"s":"It was a dark and stormy night, and the rain fell in torrents."}""", """{"s":"It was a dark and stormy night, and the snow fell in torrents."}""",
        "s changed from \"…, and the rain fell in torrents.\" to \"…, and the snow fell in torrents.\"")]
    public void A_change_is_told_in_one_short_sentence(string before, string after, string sentence) => Assert.Equal([sentence], Sentences(before, after));

    [Fact]
    public void Changes_that_are_alike_are_told_together()
    {
        Assert.Equal(["price of 30 items rose"], Sentences(Items(30, i => i + 1), Items(30, i => i + 2)));
        Assert.Equal(["price of 30 items changed to 7"], Sentences(Items(30, i => i + 100), Items(30, _ => 7)));
        Assert.Equal(["30 items added: id=0, id=1, id=2, …"], Sentences("""{"items":[]}""", Items(30, i => i)));
        Assert.Equal(["9 items moved: id=8, id=7, id=6, …"], Sentences(Items(10, i => i), $$"""{"items":[{{string.Join(',', Enumerable.Range(0, 10).Reverse().Select(i => $$"""{"id":{{i}},"price":{{i}}}"""))}}]}"""));
        Assert.Equal(["5 members of a removed: b, c, d, …"], Sentences("""{"a":{"b":1,"c":2,"d":3,"e":4,"f":5}}""", """{"a":{}}"""));
        Assert.Equal(4, Sentences("""{"a":{"b":1,"c":2,"d":3,"e":4}}""", """{"a":{}}""").Count());
    }

    [Fact]
    public void What_is_not_told_is_counted()
    {
        byte[] before = DiffGen.Canonical("""{"a":1,"b":1,"c":1,"d":1}"""), after = DiffGen.Canonical("""{"a":2,"b":2,"c":2,"d":2}""");

        var words = SemanticDiff.Describe(before, after, JsonDiff.Compare(before, after, new() { MaxChanges = 3 }), new() { MaxSentences = 2 });

        Assert.Equal((2, 2), (words.Changes.Length, words.MoreChanges));
        Assert.Throws<MementoException>(() => SemanticDiff.Describe(before, after, JsonDelta.None, new() { GroupFrom = 1, MaxValueLength = 0 }));
    }

    [Fact]
    public void Every_delta_has_words_and_every_change_is_counted_in_them() => DiffGen.Edited.Sample(pair =>
    {
        byte[] before = DiffGen.Canonical(pair.Before), after = DiffGen.Canonical(pair.After);
        var delta = JsonDiff.Compare(before, after);

        var words = SemanticDiff.Describe(before, after, delta);
        var summary = DiffSummary.Of(delta);

        Assert.Equal(delta.Changes.Length, words.Changes.Sum(change => change.Count) + words.MoreChanges);
        Assert.All(words.Changes, change => Assert.NotEmpty(change.Sentence));
        Assert.Equal(delta.Changes.Length, summary.Created + summary.Updated + summary.Deleted + summary.Moved);
        Assert.Equal(delta.Changes.Length, summary.ByMember.Sum(member => member.Changes));
        Assert.Equal(words.MoreChanges, SemanticDiff.Describe(after, before, delta.Invert()).MoreChanges);
    }, iter: 1000);

    [Fact]
    public void A_delta_of_other_documents_has_no_words()
    {
        var delta = JsonDiff.Compare("""{"a":[1]}"""u8.ToArray(), """{"a":[2]}"""u8.ToArray());

        Assert.Equal(Codes.DiffMismatch, Assert.Throws<MementoException>(() => SemanticDiff.Describe("{}"u8.ToArray(), "{}"u8.ToArray(), delta)).Code);
    }

    [Fact]
    public void A_summary_counts_by_operation_and_by_member()
    {
        byte[] before = DiffGen.Canonical("""{"a":{"b":{"c":{"d":{"e":1}}}},"list":["x","y","z"],"old":0}"""), after = DiffGen.Canonical("""{"a":{"b":{"c":{"d":{"e":2}}}},"list":["z","x","y","w"],"new":null}""");

        var summary = DiffSummary.Of(JsonDiff.Compare(before, after));

        Assert.Equal((5, 2, 1, 1, 1), (summary.TotalChanges, summary.Created, summary.Updated, summary.Deleted, summary.Moved));
        Assert.Equal([new("list", 2), new("a", 1), new("new", 1), new("old", 1)], summary.ByMember);
        Assert.Equal((6.5, DiffComplexity.Low, 5L, true), (summary.Score, summary.Complexity, summary.EstimatedLines, summary.IsComplete));
    }

    [Theory]
    [InlineData(20, DiffComplexity.Low)]
    [InlineData(21, DiffComplexity.Medium)]
    [InlineData(100, DiffComplexity.Medium)]
    [InlineData(101, DiffComplexity.High)]
    public void Complexity_grows_with_the_number_of_changes(int count, DiffComplexity complexity)
    {
        byte[] before = DiffGen.Canonical(Items(count, i => i)), after = DiffGen.Canonical(Items(count, i => i + 1));

        Assert.Equal(complexity, DiffSummary.Of(JsonDiff.Compare(before, after)).Complexity);
        Assert.Equal(complexity, DiffSummary.Of(JsonDiff.Compare(before, after, new() { MaxChanges = 1 })).Complexity);
    }

    private static IEnumerable<string> Sentences(string before, string after)
    {
        byte[] from = DiffGen.Canonical(before), to = DiffGen.Canonical(after);
        return SemanticDiff.Describe(from, to, JsonDiff.Compare(from, to)).Changes.Select(change => change.Sentence);
    }

    private static string Items(int count, Func<int, int> price) => $$"""{"items":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"id":{{i}},"price":{{price(i)}}}"""))}}]}""";
}
