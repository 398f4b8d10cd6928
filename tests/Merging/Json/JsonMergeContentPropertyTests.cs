using Xunit;

namespace Memento.Tests.Merging.Json;

/// <summary>The contents of a clean merge of lists, checked with the origins of the elements, which the merge does not know.</summary>
public sealed class JsonMergeContentPropertyTests
{
    [Fact]
    public void No_element_appears_that_neither_side_wrote() => MergeRuns.Check(ListCase.Any, (c, runs) =>
    {
        if (Elements(c, runs) is not { } merged) return;

        var written = c.Ours.Concat(c.Theirs).Select(item => item.Json).ToHashSet(StringComparer.Ordinal);
        var combined = new CombinedElement(c);
        foreach (var element in merged.Where(element => !written.Contains(element)))
            Assert.True(combined.Explains(element), $"Nobody wrote {element}, and it is not clear of which element both sides made it.");
    });

    [Fact]
    public void No_scalar_appears_that_neither_side_wrote() => MergeRuns.Check(ListCase.Any, (c, runs) =>
    {
        if (Elements(c, runs) is not { } merged) return;

        var written = c.Ours.Concat(c.Theirs).SelectMany(item => JsonLeaves.Of(item.Json)).ToHashSet(StringComparer.Ordinal);
        Assert.All(merged.SelectMany(JsonLeaves.Of), leaf => Assert.Contains(leaf, written));
    });

    [Fact]
    public void No_element_is_there_twice_that_each_side_had_once() => MergeRuns.Check(ListCase.Unique, (c, runs) =>
    {
        if (Elements(c, runs) is not { } merged) return;
        if (c.Shape == ListShape.Numbers) return;   // a number has no identity: each side may have put the same one at another place

        var identities = merged.Select(element => IdentityOf(c.Shape, element)).ToArray();
        Assert.Equal(identities.Distinct(StringComparer.Ordinal), identities);
    });

    [Fact]
    public void No_element_of_the_base_becomes_two() => MergeRuns.Check(ListCase.Unique, (c, runs) =>
    {
        if (Elements(c, runs) is not { } merged) return;

        foreach (var item in c.Base)
        {
            var (ours, theirs) = (Find(c.Ours, item.Origin), Find(c.Theirs, item.Origin));
            if (ours is null || theirs is null || ours.Json == theirs.Json) continue;
            if (!IsOnlyRenamed(c, item, ours) || !IsOnlyRenamed(c, item, theirs)) continue;
            Assert.False(merged.Contains(ours.Json) && merged.Contains(theirs.Json), $"{item.Json} became {ours.Json} and {theirs.Json}.");
        }
    });

    [Fact]
    public void No_element_is_lost_that_one_side_added() => MergeRuns.Check(ListCase.Unique, (c, runs) =>
    {
        if (Elements(c, runs) is not { } merged) return;
        if (c.Shape == ListShape.Objects) return;   // an added object without a key can be taken for a changed one

        var before = c.Base.Select(c.Shape.IdentityOf).ToHashSet(StringComparer.Ordinal);
        var items = c.Ours.Concat(c.Theirs).Where(item => c.Shape.Key is not null || item.Origin >= ListEdit.FirstAdded);
        foreach (var added in items.Select(c.Shape.IdentityOf).Where(identity => !before.Contains(identity)))
            Assert.Contains(merged, element => IdentityOf(c.Shape, element) == added);
    });

    [Fact]
    public void No_element_is_lost_that_both_sides_kept() => MergeRuns.Check(ListCase.Unique, (c, runs) =>
    {
        if (Elements(c, runs) is not { } merged) return;

        var ours = c.Ours.Select(c.Shape.IdentityOf).ToHashSet(StringComparer.Ordinal);
        foreach (var kept in c.Theirs.Select(c.Shape.IdentityOf).Where(ours.Contains))
            Assert.Contains(merged, element => IdentityOf(c.Shape, element) == kept);
    });

    /// <summary>The elements of the merged list; null if there is a conflict.</summary>
    private static List<string>? Elements(ListCase c, MergeRuns runs)
    {
        if (JsonMerges.Clean(c.BaseJson, c.OurJson, c.TheirJson) is not { } merged)
        {
            runs.Conflicted();
            return null;
        }

        runs.Clean();
        return JsonLeaves.Elements(merged);
    }

    private static string IdentityOf(ListShape shape, string element) => shape.Key is { } key ? JsonLeaves.Members(element)[key] : element;

    private static ListItem? Find(IEnumerable<ListItem> items, int origin) => items.FirstOrDefault(item => item.Origin == origin);

    private static bool IsOnlyRenamed(ListCase c, ListItem before, ListItem after)
    {
        if (c.Shape.Key is not { } key || c.Base.Any(item => item.Members[key] == after.Members[key])) return false;
        return before.Without(key).Json == after.Without(key).Json;
    }
}
