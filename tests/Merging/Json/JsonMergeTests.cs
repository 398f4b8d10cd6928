using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Merging;
using Merging.Json;
using Xunit;

namespace Memento.Tests.Merging.Json;

public sealed class JsonMergeTests
{
    private const int Times = 2000;

    [Theory]
    [InlineData("""{"a":1,"b":2}""", """{"a":9,"b":2}""", """{"a":1,"b":8}""", """{"a":9,"b":8}""")]
    [InlineData("""{"a":{"x":1,"y":1}}""", """{"a":{"x":2,"y":1}}""", """{"a":{"x":1}}""", """{"a":{"x":2}}""")]
    [InlineData("""{}""", """{"b":1}""", """{"a":1}""", """{"a":1,"b":1}""")]
    [InlineData("""{"a":null}""", """{"a":null,"b":1}""", """{}""", """{"b":1}""")]
    [InlineData("""[1,2,3,4,5]""", """[0,1,2,3,4,5]""", """[1,2,3,4]""", """[0,1,2,3,4]""")]
    [InlineData("""[1,2,3,4,5]""", """[9,2,3,4,5]""", """[1,2,3,4,8]""", """[9,2,3,4,8]""")]
    [InlineData("""[{"x":1,"y":1}]""", """[{"x":2,"y":1}]""", """[{"x":1,"y":2}]""", """[{"x":2,"y":2}]""")]
    public void What_one_side_changed_is_taken_over(string @base, string ours, string theirs, string merged)
    {
        var result = Merge(@base, ours, theirs);

        Assert.Empty(result.Conflicts);
        Assert.Equal(merged, Text(result.Merged));
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""", """{"a":3}""", MergeConflictKind.ValueMismatch, "/a")]
    [InlineData("""{"a":1}""", """{"a":2}""", """{"a":"2"}""", MergeConflictKind.TypeMismatch, "/a")]
    [InlineData("""{"a":1}""", """{"a":null}""", """{"a":[]}""", MergeConflictKind.TypeMismatch, "/a")]
    [InlineData("""{"a":1}""", """{"a":2}""", """{}""", MergeConflictKind.MissingTarget, "/a")]
    [InlineData("""{"a":1}""", """{}""", """{"a":null}""", MergeConflictKind.MissingTarget, "/a")]
    [InlineData("""{}""", """{"a/b~":1}""", """{"a/b~":2}""", MergeConflictKind.AddedByBoth, "/a~1b~0")]
    [InlineData("""[7,1]""", """[7,2]""", """[7,3]""", MergeConflictKind.ValueMismatch, "")]
    [InlineData("""[7,6,5,4,1]""", """[7,6,5,4,2]""", """[7,6,5,4,3]""", MergeConflictKind.ValueMismatch, "/4")]
    [InlineData("""1""", """2""", """3""", MergeConflictKind.ValueMismatch, "")]
    [InlineData("""[{"id":1,"v":1},{"id":2}]""", """[{"id":3},{"id":1,"v":2},{"id":2}]""", """[{"id":1,"v":3},{"id":2}]""", MergeConflictKind.ValueMismatch, "/1/v")]
    public void What_both_changed_is_a_conflict_with_its_place(string @base, string ours, string theirs, MergeConflictKind kind, string path)
    {
        var conflict = Assert.Single(Merge(@base, ours, theirs).Conflicts);

        Assert.Equal((kind, path), (conflict.Kind, conflict.Path));
        Assert.NotEmpty(conflict.Why);
    }

    [Fact]
    public void Absent_is_not_null()
    {
        var conflict = Assert.Single(Merge("""{"a":1}""", """{"a":null}""", "{}").Conflicts);

        Assert.Equal("null", Text(conflict.Ours!.Value));
        Assert.Null(conflict.Theirs);
    }

    [Fact]
    public void Elements_with_ids_are_merged_wherever_they_stand()
    {
        var result = Merge("""[{"id":"a","v":1},{"id":"b","v":1},{"id":"c","v":1}]""", """[{"id":"c","v":1},{"id":"a","v":2},{"id":"b","v":1},{"id":"o"}]""", """[{"id":"a","v":1},{"id":"b","v":1},{"id":"c","v":2}]""");

        Assert.Empty(result.Conflicts);
        Assert.Equal("""[{"id":"c","v":2},{"id":"a","v":2},{"id":"b","v":1},{"id":"o"}]""", Text(result.Merged));
    }

    [Fact]
    public void Elements_that_both_added_at_one_place_are_a_conflict()
    {
        var conflict = Assert.Single(Merge("""[{"id":1}]""", """[{"id":1},{"id":2}]""", """[{"id":1},{"id":3}]""").Conflicts);

        Assert.Equal((MergeConflictKind.InsertedAtOnePlace, "/1", """[{"id":2}]""", """[{"id":3}]"""),
            (conflict.Kind, conflict.Path, Text(conflict.Ours!.Value), Text(conflict.Theirs!.Value)));
    }

    [Fact]
    public void Without_ids_to_look_for_arrays_are_sequences()
    {
        var options = new JsonMergeOptions { KeyMembers = [] };
        var result = JsonMerge.Merge(JsonGen.Bytes("""[{"id":1}]"""), JsonGen.Bytes("""[{"id":1},{"id":2}]"""), JsonGen.Bytes("""[{"id":1},{"id":3}]"""), options);

        var conflict = Assert.Single(result.Conflicts);
        Assert.Equal(ConflictScope.Elements, conflict.Scope);
        Assert.Equal(("/1", "[]", """[{"id":2}]"""), (conflict.Path, Text(conflict.Base!.Value), Text(conflict.Ours!.Value)));
        Assert.Equal("""[{"id":1},{"id":3}]""", Text(result.Resolve(MergeSide.Theirs)!));
        Assert.Equal("""[{"id":1}]""", Text(result.Resolve(MergeSide.Base)!));
        Assert.Equal("""[{"id":1},5,6]""", Text(result.Resolve(_ => "[5,6]"u8.ToArray())!));
    }

    [Fact]
    public void Each_conflict_can_be_settled_in_its_own_way()
    {
        var result = Merge("""{"a":1,"b":1,"c":1}""", """{"a":2,"b":2,"c":2}""", """{"a":3,"b":3}""");

        Assert.Equal("""{"a":3,"b":"both"}""", Text(result.Resolve(c => c.Path == "/b" ? JsonGen.Bytes("\"both\"") : c.Theirs)!));
    }

    [Fact]
    public void Objects_without_a_base_are_a_conflict_and_not_joined()
    {
        var conflict = Assert.Single(JsonMerge.Merge(default, """{"a":1}"""u8.ToArray(), """{"b":2}"""u8.ToArray()).Conflicts);

        Assert.Equal((MergeConflictKind.AddedByBoth, ""), (conflict.Kind, conflict.Path));
    }

    [Fact]
    public void Where_one_side_changed_nothing_the_other_is_the_result() => JsonGen.Triple.Sample(t =>
    {
        Assert.Equal(t.Theirs, Text(Merge(t.Base, t.Base, t.Theirs).Merged));
        Assert.Equal(t.Ours, Text(Merge(t.Base, t.Ours, t.Base).Merged));
        Assert.Equal(t.Ours, Text(Merge(t.Base, t.Ours, t.Ours).Merged));
    }, iter: Times);

    [Fact]
    public void Every_result_is_canonical_whatever_is_chosen() => JsonGen.Triple.Sample(t =>
    {
        var result = Merge(t.Base, t.Ours, t.Theirs);
        foreach (var side in Enum.GetValues<MergeSide>())
            if (result.Resolve(side) is { } json) Assert.Equal(JsonGen.Canonical(JsonNode.Parse(json)), Text(json));
        Assert.Equal(result.Resolve(MergeSide.Ours), result.Merged);
    }, iter: Times);

    [Fact]
    public void Both_ways_round_there_is_a_conflict_or_there_is_none() => JsonGen.Triple.Sample(t =>
        Assert.Equal(Merge(t.Base, t.Ours, t.Theirs).Conflicts.IsEmpty, Merge(t.Base, t.Theirs, t.Ours).Conflicts.IsEmpty), iter: Times);

    [Fact]
    public void A_conflict_is_about_values_that_differ_from_each_other_and_from_the_base() => JsonGen.Triple.Sample(t =>
    {
        foreach (var c in Merge(t.Base, t.Ours, t.Theirs).Conflicts)
        {
            Assert.NotEqual(Or(c.Ours), Or(c.Theirs));
            // Elements in a row can be in part as before, and an element that one side removed and the other only moved is as before.
            if (c.Scope is not ConflictScope.Value || c.Kind is MergeConflictKind.MissingTarget) continue;
            Assert.NotEqual(Or(c.Base), Or(c.Ours));
            Assert.NotEqual(Or(c.Base), Or(c.Theirs));
        }

        static string Or(ReadOnlyMemory<byte>? value) => value is { } json ? Text(json) : "absent";
    }, iter: Times);

    private static JsonMergeResult Merge(string @base, string ours, string theirs) => JsonMerge.Merge(JsonGen.Bytes(@base), JsonGen.Bytes(ours), JsonGen.Bytes(theirs));

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);
}
