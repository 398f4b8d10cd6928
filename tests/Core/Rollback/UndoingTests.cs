using CsCheck;
using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>Undoing some changes of a document gives what the others alone would have given.</summary>
public sealed class UndoingTests
{
    private const string Ann = "ann";
    private const string Bob = "bob";

    [Fact]
    public void A_run_of_selected_changes_at_the_end_is_simply_restored()
    {
        var timeline = Timeline.From("""{"x":1}""").Then(Bob, """{"x":2}""").Then(Ann, """{"x":3}""").Then(Ann, """{"x":4}""");

        var undoing = timeline.Undo(Ann);

        Assert.Empty(undoing.Merges);
        Assert.Equal(timeline.Since[0], undoing.Start);
        Assert.False(undoing.IsNothing);
    }

    [Fact]
    public void Everything_selected_gives_the_value_at_the_point()
    {
        Timeline.From("""{"x":1}""").Then(Ann, """{"x":2}""").Then(Bob, """{"x":3}""").Gives("""{"x":1}""", Ann, Bob);
        Timeline.From(null).Then(Ann, """{"x":2}""").Then(Bob, """{"x":3}""").Gives(null, Ann, Bob);
    }

    [Fact]
    public void With_nothing_selected_nothing_is_done()
    {
        var undoing = Timeline.From("""{"x":1}""").Then(Bob, """{"x":2}""").Undo(Ann);

        Assert.True(undoing.IsNothing);
        Assert.Equal(undoing.Current, undoing.Start);
    }

    [Fact]
    public void A_run_that_others_worked_behind_is_merged_with_its_true_base()
    {
        var timeline = Timeline.From("""{"a":1,"b":1}""").Then(Ann, """{"a":2,"b":1}""").Then(Bob, """{"a":2,"b":2}""");

        var run = Assert.Single(timeline.Undo(Ann).Merges);
        Assert.Equal((timeline.AtPoint, timeline.Since[0]), (run.Before, run.After));
        timeline.Gives("""{"a":1,"b":2}""", Ann);
    }

    [Fact]
    public void Several_runs_are_merged_from_the_newest_to_the_oldest() => Timeline.From("""{"a":0,"b":0}""")
        .Then(Ann, """{"a":1,"b":0}""").Then(Bob, """{"a":1,"b":1}""").Then(Ann, """{"a":2,"b":1,"c":1}""").Then(Bob, """{"a":2,"b":2,"c":1}""")
        .Gives("""{"a":0,"b":2}""", Ann);

    [Theory]
    [InlineData(null)]
    [InlineData("""{"x":0}""")]
    public void Document_that_others_made_anew_is_in_conflict_even_if_it_is_equal(string? atPoint)
    {
        var timeline = Timeline.From(atPoint).Then(Bob, """{"x":1}""").Then(Ann, null).Then(Ann, """{"x":1}""");

        Assert.NotNull(timeline.Outcome(Bob).Conflict);
    }

    [Fact]
    public void Document_that_a_rollback_deleted_and_another_restored_is_the_same_one() => Timeline.From("""{"a":0,"b":0}""")
        .Then(Bob, """{"a":1,"b":0}""").Then(Ann, """{"a":1,"b":1}""").Then(Timeline.Rollback, null).Then(Timeline.Rollback, """{"a":1,"b":1}""")
        .Gives("""{"a":0,"b":1}""", Bob);

    [Fact]
    public void Document_that_the_undone_agent_made_anew_is_simply_taken_back() => Timeline.From("""{"x":0}""")
        .Then(Bob, """{"x":1}""").Then(Bob, null).Then(Bob, """{"x":2}""").Gives("""{"x":0}""", Bob);

    [Fact]
    public void A_selected_run_that_came_to_nothing_by_itself_does_not_count()
    {
        var timeline = Timeline.From("""{"a":1,"b":1}""").Then(Ann, """{"a":2,"b":1}""").Then(Ann, """{"a":1,"b":1}""").Then(Bob, """{"a":1,"b":2}""");

        Assert.True(timeline.Undo(Ann).IsNothing);
    }

    [Fact]
    public void A_document_that_came_and_went_in_one_run_is_not_missed() => Assert.True(Timeline.From(null).Then(Ann, "{}").Then(Ann, null).Undo(Ann).IsNothing);

    [Fact]
    public void What_somebody_else_undid_already_is_not_undone_again() =>
        Assert.True(Timeline.From("""{"a":1}""").Then(Ann, """{"a":2}""").Then(Bob, """{"a":1}""").Undo(Ann).IsNothing);

    [Fact]
    public void What_others_changed_and_changed_back_is_restored_without_a_merge()
    {
        var undoing = Timeline.From("""{"a":1}""").Then(Ann, """{"a":2}""").Then(Bob, """{"a":3}""").Then(Bob, """{"a":2}""").Undo(Ann);

        Assert.Empty(undoing.Merges);
        Assert.Equal(10, undoing.Start!.Seq);
    }

    [Fact]
    public void A_deleted_document_comes_back_and_a_new_one_goes()
    {
        Timeline.From("""{"x":1}""").Then(Ann, null).Gives("""{"x":1}""", Ann);
        Timeline.From(null).Then(Ann, """{"x":1}""").Gives(null, Ann);
        Timeline.From("""{"x":1}""").Then(Ann, null).Then(Ann, """{"x":2}""").Gives("""{"x":1}""", Ann);
        Timeline.From("""{"x":1}""").Then(Ann, null).Then(Bob, """{"x":2}""").Gives(null, Bob);
    }

    [Fact]
    public void A_document_that_others_changed_after_it_came_back_is_in_conflict()
    {
        var (json, conflict) = Timeline.From(null).Then(Ann, """{"x":1}""").Then(Bob, """{"x":1,"y":2}""").Outcome(Ann);

        Assert.Equal(ConflictType.MissingTarget, conflict!.Conflict);
        Assert.False(conflict.HasSmart);
        Assert.Equal("""{"x":1,"y":2}""", json);
    }

    [Fact]
    public void Changes_of_the_same_member_are_in_conflict_and_the_place_is_named()
    {
        var (_, conflict) = Timeline.From("""{"x":{"y":1}}""").Then(Ann, """{"x":{"y":2}}""").Then(Bob, """{"x":{"y":3}}""").Outcome(Ann);

        Assert.Equal((ConflictType.ValueMismatch, true), (conflict!.Conflict!.Value, conflict.HasSmart));
        Assert.Equal(["/x/y"], conflict.Places);
        Assert.Contains("entity/a", conflict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Undoing_one_agent_gives_exactly_what_the_other_alone_would_have_given() => Edits.Sample(edits =>
    {
        var (all, bobs) = (new SortedDictionary<string, int> { ["ann0"] = 0, ["bob0"] = 0 }, new SortedDictionary<string, int> { ["ann0"] = 0, ["bob0"] = 0 });
        var timeline = Timeline.From(Json(all));
        foreach (var (isAnn, member, value) in edits)
        {
            var name = $"{(isAnn ? Ann : Bob)}{member}";
            var before = Json(all);
            Change(all, name, value);
            if (!isAnn) Change(bobs, name, value);
            if (Json(all) != before) timeline.Then(isAnn ? Ann : Bob, Json(all));
        }

        if (timeline.Since.Count > 0) timeline.Gives(Json(bobs), Ann);
    }, iter: 2_000);

    [Fact]
    public void Undoing_everything_gives_the_value_at_the_point_whatever_happened() => Gen.Select(Gen.Int[-1, 3], Gen.Select(Gen.Bool, Gen.Int[-1, 3]).Array[1, 12]).Sample((first, edits) =>
    {
        var timeline = Timeline.From(Whole(first));
        var now = first;
        foreach (var (isAnn, value) in edits)
        {
            if (value == now) continue;   // a workspace records no change that changes nothing
            timeline.Then(isAnn ? Ann : Bob, Whole(value));
            now = value;
        }

        if (timeline.Since.Count == 0) return;
        timeline.Gives(Whole(first), Ann, Bob);
        Assert.Empty(timeline.Undo(Ann, Bob).Merges);
    }, iter: 2_000);

    private static Gen<(bool IsAnn, int Member, int Value)[]> Edits => Gen.Select(Gen.Bool, Gen.Int[0, 2], Gen.Int[-1, 3]).Array[0, 14];

    private static void Change(SortedDictionary<string, int> members, string name, int value)
    {
        if (value < 0) members.Remove(name);
        else members[name] = value;
    }

    private static string Json(SortedDictionary<string, int> members) => $"{{{string.Join(',', members.Select(m => $"\"{m.Key}\":{m.Value}"))}}}";

    private static string? Whole(int value) => value < 0 ? null : $"{{\"x\":{value}}}";
}
