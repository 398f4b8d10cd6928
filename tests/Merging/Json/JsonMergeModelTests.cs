using CsCheck;
using Merging.Json;
using Xunit;

namespace Memento.Tests.Merging.Json;

/// <summary>Clean merges of lists with keys, held against a model that does not merge.</summary>
public sealed class JsonMergeModelTests
{
    [Fact]
    public void Clean_merge_of_keyed_lists_is_what_the_model_allows() => MergeRuns.Check(ListCase.Keyed, (c, runs) =>
    {
        if (JsonMerges.Clean(c.BaseJson, c.OurJson, c.TheirJson) is not { } merged)
        {
            runs.Conflicted();
            return;
        }

        var wrong = Model(c).WhyWrong(JsonLeaves.Elements(merged));
        Assert.True(wrong is null, $"{merged}: {wrong}");
        runs.Clean();
    });

    /// <summary>A merge that always gives up would be sound. This bound keeps it useful.</summary>
    [Fact]
    public void Lists_that_the_model_can_merge_are_mostly_merged()
    {
        var (merged, possible) = (0, 0);
        MergeRuns.Check(ListCase.Keyed, (c, runs) =>
        {
            var isClean = JsonMerges.Clean(c.BaseJson, c.OurJson, c.TheirJson) is not null;
            if (isClean) runs.Clean();
            else runs.Conflicted();
            if (Model(c).WhyConflict() is not null) return;
            Interlocked.Increment(ref possible);
            if (isClean) Interlocked.Increment(ref merged);
        });

        TestContext.Current.TestOutputHelper?.WriteLine($"{merged} of {possible} merged");
        Assert.True(merged * 10 >= possible * 7, $"Only {merged} of {possible} lists were merged that can be.");
    }

    [Fact]
    public void Clean_merge_of_objects_takes_each_member_from_the_side_that_changed_it() => MergeRuns.Check(ObjectCase.Any, (c, runs) =>
    {
        var isConflict = ObjectCase.Names.Any(name => c.Choose(name) is null);
        var merged = JsonMerges.Clean(c.BaseJson, c.OurJson, c.TheirJson);

        if (isConflict) Assert.Null(merged);
        if (merged is null)
        {
            runs.Conflicted();
            return;
        }

        var members = JsonLeaves.Members(merged);
        Assert.All(ObjectCase.Names, name => Assert.Equal(c.Choose(name)!.Value.Value, members.GetValueOrDefault(name)));
        runs.Clean();
    });

    [Fact]
    public void Sets_are_merged_by_membership_alone()
    {
        var asSet = new JsonMergeOptions { Rules = [new() { As = JsonMergeKind.Set }] };
        var values = Gen.Int[0, 7].Array[0, 6].Select(all => all.Distinct().ToArray());
        MergeRuns.Check(Gen.Select(values, values, values), (c, runs) =>
        {
            var (b, o, t) = c;
            var result = JsonMerges.Merge(Json(b), Json(o), Json(t), asSet);

            Assert.True(result.Conflicts.IsEmpty, JsonMerges.Conflicts(result));
            var expected = Enumerable.Range(0, 8).Where(v => o.Contains(v) == t.Contains(v) ? o.Contains(v) : !b.Contains(v));
            Assert.Equal(expected.Select(v => $"{v}"), JsonLeaves.Elements(JsonMerges.Text(result.Merged)).Order(StringComparer.Ordinal));
            runs.Clean();
        }, expectConflicts: false);

        static string Json(int[] values) => $"[{string.Join(',', values)}]";
    }

    private static KeyedListModel Model(ListCase c) =>
        new(c.Shape.Key!, c.Base.Select(item => item.Json), c.Ours.Select(item => item.Json), c.Theirs.Select(item => item.Json));
}
