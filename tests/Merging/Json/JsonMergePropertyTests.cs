using System.Text.Json.Nodes;
using Merging;
using Xunit;

namespace Memento.Tests.Merging.Json;

/// <summary>The laws of every merge of lists.</summary>
public sealed class JsonMergePropertyTests
{
    private const string KeyPrefix = "\"k";

    [Fact]
    public void Merge_where_one_side_changed_nothing_gives_the_other() => MergeRuns.Check(ListCase.Any, (c, runs) =>
    {
        Assert.Equal(c.OurJson, JsonMerges.Clean(c.BaseJson, c.OurJson, c.BaseJson));
        Assert.Equal(c.TheirJson, JsonMerges.Clean(c.BaseJson, c.BaseJson, c.TheirJson));
        Assert.Equal(c.OurJson, JsonMerges.Clean(c.BaseJson, c.OurJson, c.OurJson));
        runs.Clean();
    }, expectConflicts: false);

    [Fact]
    public void Swapped_sides_give_the_same_or_conflict_in_both() => MergeRuns.Check(ListCase.Any, (c, runs) =>
    {
        var merged = JsonMerges.Clean(c.BaseJson, c.OurJson, c.TheirJson);

        Assert.Equal(merged, JsonMerges.Clean(c.BaseJson, c.TheirJson, c.OurJson));
        Count(runs, merged);
    });

    [Fact]
    public void Renamed_identities_give_the_renamed_result() => MergeRuns.Check(ListCase.Keyed, (c, runs) =>
    {
        var merged = JsonMerges.Clean(c.BaseJson, c.OurJson, c.TheirJson);

        var renamed = JsonMerges.Clean(Renamed(c.BaseJson), Renamed(c.OurJson), Renamed(c.TheirJson));
        Assert.Equal(merged is null ? null : Renamed(merged), renamed);
        Count(runs, merged);
    });

    [Fact]
    public void Every_resolution_is_canonical_and_ours_is_the_merged_value() => MergeRuns.Check(ListCase.Any, (c, runs) =>
    {
        var result = JsonMerges.Merge(c.BaseJson, c.OurJson, c.TheirJson);

        foreach (var side in Enum.GetValues<MergeSide>())
            if (result.Resolve(side) is { } json) Assert.Equal(JsonGen.Canonical(JsonNode.Parse(json)), JsonMerges.Text(json));
        Assert.Equal(result.Resolve(MergeSide.Ours), result.Merged);
        Count(runs, result.Conflicts.IsEmpty ? "" : null);
    });

    [Fact]
    public void Every_conflict_names_its_reason_its_sides_and_a_place_that_exists() => MergeRuns.Check(ListCase.Any, (c, runs) =>
    {
        var result = JsonMerges.Merge(c.BaseJson, c.OurJson, c.TheirJson);

        var merged = JsonNode.Parse(result.Merged);
        foreach (var conflict in result.Conflicts)
        {
            Assert.NotEmpty(conflict.Why);
            Assert.NotEqual(JsonMerges.Text(conflict.Ours), JsonMerges.Text(conflict.Theirs));
            Assert.True(JsonPlaces.HasParent(merged, conflict.Path), $"{conflict.Path} is not a place in {JsonMerges.Text(result.Merged)}");
        }

        Count(runs, result.Conflicts.IsEmpty ? "" : null);
    });

    /// <summary>
    /// A conflict must show both sides: taking one of them everywhere gives nothing that only the other side wrote at that place.
    /// </summary>
    [Fact]
    public void Resolved_value_of_one_conflict_is_put_where_the_conflict_is() => MergeRuns.Check(ListCase.Any, (c, runs) =>
    {
        var result = JsonMerges.Merge(c.BaseJson, c.OurJson, c.TheirJson);
        Count(runs, result.Conflicts.IsEmpty ? "" : null);
        if (result.Conflicts.Length != 1) return;

        var conflict = result.Conflicts[0];
        var ours = JsonMerges.Text(result.Resolve(MergeSide.Ours)!);
        var theirs = JsonMerges.Text(result.Resolve(MergeSide.Theirs)!);
        Assert.NotEqual(ours, theirs);
        Assert.Equal(theirs, JsonMerges.Text(result.Resolve(_ => conflict.Theirs)!));
    });

    private static void Count(MergeRuns runs, string? merged)
    {
        if (merged is null) runs.Conflicted();
        else runs.Clean();
    }

    /// <summary>Gives every key of the generated lists another value; no two get the same.</summary>
    private static string Renamed(string json) => json.Replace(KeyPrefix, "\"other-key-", StringComparison.Ordinal);
}
