using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

public sealed class DiffOptionsTests
{
    [Theory]
    [InlineData("v", "/a/v /b/0/v")]
    [InlineData("/a/v", "/a/v")]
    [InlineData("/*/v", "/a/v")]
    [InlineData("/b/*/v", "/b/0/v")]
    [InlineData("/b/0", "/b/0")]
    [InlineData("/**/0/v", "/b/0/v")]
    [InlineData("/b/**", "/b")]
    [InlineData("/**/**", "''")]
    [InlineData("/w~0", "")]
    public void Ignored_differences_are_told_by_path(string pattern, string ignored)
    {
        byte[] before = DiffGen.Canonical("""{"a":{"v":1},"b":[{"v":1}],"w":1}"""), after = DiffGen.Canonical("""{"a":{"v":2},"b":[{"v":2}],"w":2}""");

        var delta = JsonDiff.Compare(before, after, new() { IgnoreProperties = [pattern] });
        string[] all = ["/a/v", "/b/0/v", "/w"], expected = ignored.Length == 0 ? [] : [.. ignored.Split(' ').Select(path => path.Trim('\''))];

        Assert.Equal(expected.Length, delta.IgnoredCount);
        Assert.All(delta.Omissions, omission => Assert.Equal(OmissionReason.Ignored, omission.Reason));
        Assert.Equal(expected is [""] ? [] : all.Where(path => !delta.Omissions.Any(omission => path.StartsWith(omission.Path, StringComparison.Ordinal))), delta.Changes.Select(change => change.Path));
    }

    [Fact]
    public void Bookkeeping_can_be_left_out_and_is_not_looked_for_where_nothing_differs()
    {
        byte[] before = DiffGen.Canonical("""{"__version":1,"v":1}"""), bumped = DiffGen.Canonical("""{"__version":2,"v":1}"""), changed = DiffGen.Canonical("""{"__version":1,"v":2}""");

        var delta = JsonDiff.Compare(before, bumped, DiffOptions.WithoutBookkeeping);
        Assert.Equal((0, 1, false), (delta.Changes.Length, delta.IgnoredCount, delta.IsComplete));
        Assert.Equal(Codes.DiffIncomplete, delta.Apply(before).Refusal?.Code);
        Assert.True(JsonDiff.Compare(before, changed, DiffOptions.WithoutBookkeeping).IsComplete);
    }

    [Fact]
    public void Comparers_decide_where_their_pattern_matches_and_what_they_let_pass_is_counted()
    {
        var options = new DiffOptions
        {
            CustomComparers =
            [
                new("/price", ValueComparer.Within(0.5)), new("email", ValueComparer.IgnoreCase), new("/tags", ValueComparer.AnyOrder),
                new("/size", ValueComparer.Of((before, after) => before.GetRawText().Length == after.GetRawText().Length)),
            ],
        };
        byte[] before = DiffGen.Canonical("""{"email":"Ada@x","other":1,"price":10,"size":10,"tags":["a","b","b"]}""");

        var tolerated = JsonDiff.Compare(before, DiffGen.Canonical("""{"email":"ada@X","other":1,"price":10.5,"size":99,"tags":["b","a","b"]}"""), options);
        Assert.Empty(tolerated.Changes);
        Assert.Equal(["/email", "/price", "/size", "/tags"], tolerated.Omissions.Select(omission => omission.Path));
        Assert.Equal((4, false), (tolerated.ToleratedCount, tolerated.IsComplete));

        var different = JsonDiff.Compare(before, DiffGen.Canonical("""{"email":"bob@X","other":1.2,"price":10.6,"size":100,"tags":["b","a","a"]}"""), options);
        Assert.Equal(["/email", "/other", "/price", "/size"], different.Changes.Select(change => change.Path).Take(4));
        Assert.True(different.IsComplete);
    }

    [Fact]
    public void At_the_depth_limit_a_value_is_replaced_as_a_whole_and_marked()
    {
        byte[] before = DiffGen.Canonical("""{"a":{"b":{"c":1,"d":1}},"e":1}"""), after = DiffGen.Canonical("""{"a":{"b":{"c":2,"d":1}},"e":2}""");

        var delta = DiffGen.Exact(before, after, new() { MaxDepth = 2 });

        Assert.Equal([("/a/b", true), ("/e", false)], delta.Changes.Select(change => (change.Path, change.Truncated)));
        Assert.Equal(1, delta.TruncatedCount);
        Assert.Equal("""{"c":2,"d":1}""", delta.Changes[0].NewValue!.Text);
    }

    [Fact]
    public void An_element_that_moved_can_be_replaced_at_the_depth_limit()
    {
        byte[] before = DiffGen.Canonical("""[{"id":1,"v":1},{"id":2,"v":1},{"id":3,"v":1}]"""), after = DiffGen.Canonical("""[{"id":3,"v":2},{"id":1,"v":1},{"id":2,"v":1}]""");

        var delta = DiffGen.Exact(before, after, new() { MaxDepth = 1 });

        Assert.Equal([DiffOperation.Move, DiffOperation.Update], delta.Changes.Select(change => change.Operation));
    }

    [Fact]
    public void Changes_beyond_the_bound_are_counted()
    {
        var delta = JsonDiff.Compare(DiffGen.Canonical("""{"a":1,"b":1,"c":1}"""), DiffGen.Canonical("""{"a":2,"b":2,"c":2}"""), new() { MaxChanges = 1 });

        Assert.Equal((1, 2, false), (delta.Changes.Length, delta.DroppedCount, delta.IsComplete));
        Assert.Equal([new("/b", OmissionReason.TooMany), new("/c", OmissionReason.TooMany)], delta.Omissions);
    }

    [Fact]
    public void The_members_that_name_elements_can_be_chosen()
    {
        byte[] before = DiffGen.Canonical("""[{"nr":1,"v":1},{"nr":2,"v":1}]"""), after = DiffGen.Canonical("""[{"nr":2,"v":9},{"nr":1,"v":8}]""");

        Assert.Contains(DiffGen.Exact(before, after, new() { ArrayIds = ["nr"] }).Changes, change => change.Operation is DiffOperation.Move);
        Assert.DoesNotContain(DiffGen.Exact(before, after).Changes, change => change.Operation is DiffOperation.Move);
    }

    [Fact]
    public void Options_that_break_their_rules_are_refused_by_name()
    {
        var options = new DiffOptions { MaxDepth = 0, MaxChanges = 0, IgnoreProperties = ["ok", "", "/a~"], CustomComparers = [new("/~2", ValueComparer.AnyOrder)], ArrayIds = [.. Enumerable.Repeat("x", 17)] };

        var refused = Assert.Throws<MementoException>(() => JsonDiff.Compare("1"u8.ToArray(), "2"u8.ToArray(), options));

        Assert.Equal(["maxDepth", "maxChanges", "arrayIds", "ignoreProperties[1]", "ignoreProperties[2]", "customComparers[0]"], refused.Refusal.Errors.Select(error => error.Field));
        Assert.Empty(new DiffOptions().Problems());
        Assert.Throws<ArgumentOutOfRangeException>(() => ValueComparer.Within(-1));
    }
}
