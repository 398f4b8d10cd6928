using Xunit;

namespace Memento.Tests.Merging.Json;

/// <summary>
/// Undoing an agent gives what the others alone would have given. An undo merges with the state after the agent as the base.
/// </summary>
public sealed class JsonMergeUndoPropertyTests
{
    [Fact]
    public void Undo_of_work_nobody_touched_gives_the_state_without_it() => MergeRuns.Check(HistoryCase.Of(agents: 2), (history, runs) =>
    {
        var result = JsonMerges.Merge(history.After(0), history.After(0, 1), history.After());

        Assert.True(result.Conflicts.IsEmpty, JsonMerges.Conflicts(result));
        Assert.Equal(history.After(1), JsonMerges.Text(result.Merged));
        runs.Clean();
    }, expectConflicts: false);

    [Fact]
    public void Undo_of_an_undo_gives_the_state_before() => MergeRuns.Check(HistoryCase.Of(agents: 2), (history, runs) =>
    {
        var result = JsonMerges.Merge(history.After(), history.After(1), history.After(0));

        Assert.True(result.Conflicts.IsEmpty, JsonMerges.Conflicts(result));
        Assert.Equal(history.After(0, 1), JsonMerges.Text(result.Merged));
        runs.Clean();
    }, expectConflicts: false);

    [Fact]
    public void Undo_of_one_of_three_agents_keeps_the_work_of_the_others() => MergeRuns.Check(HistoryCase.Of(agents: 3), (history, runs) =>
    {
        var result = JsonMerges.Merge(history.After(0), history.After(0, 1, 2), history.After());

        Assert.True(result.Conflicts.IsEmpty, JsonMerges.Conflicts(result));
        Assert.Equal(history.After(1, 2), JsonMerges.Text(result.Merged));
        runs.Clean();
    }, expectConflicts: false);

    [Fact]
    public void Undo_of_two_agents_gives_the_same_in_either_order() => MergeRuns.Check(HistoryCase.Of(agents: 3), (history, runs) =>
    {
        var (start, first, second, all) = (history.After(), history.After(0), history.After(0, 1), history.After(0, 1, 2));

        var withoutFirst = JsonMerges.Clean(first, all, start);
        var firstThenSecond = withoutFirst is null ? null : JsonMerges.Clean(second, withoutFirst, first);
        var withoutSecond = JsonMerges.Clean(second, all, first);
        var secondThenFirst = withoutSecond is null ? null : JsonMerges.Clean(first, withoutSecond, start);

        Assert.Equal(history.After(2), firstThenSecond);
        Assert.Equal(history.After(2), secondThenFirst);
        runs.Clean();
    }, expectConflicts: false);

    /// <summary>
    /// Undoes two agents in both orders. The second agent may work right beside the first, but the third changes nothing. Undoing the
    /// second first restores the state before the second, so the other order must end there too, or in a conflict: the second agent's work
    /// may depend on the first's.
    /// </summary>
    [Fact]
    public void Undo_of_stacked_work_in_either_order_ends_in_one_state() => MergeRuns.Check(StackedCase.Any, (stacked, runs) =>
    {
        var withoutFirst = JsonMerges.Clean(stacked.First, stacked.Second, stacked.Start);
        var end = withoutFirst is null ? null : JsonMerges.Clean(stacked.Second, withoutFirst, stacked.First);

        if (end is null)
        {
            runs.Conflicted();
            return;
        }

        Assert.Equal(stacked.Start, end);
        runs.Clean();
    });
}
