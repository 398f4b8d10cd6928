using System.Collections.Immutable;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

public sealed class SessionAppendTests
{
    [Fact]
    public void Events_are_numbered_from_1_without_gaps()
    {
        var story = Story.Begun().Append(25);

        Assert.Equal(Enumerable.Range(1, 25).Select(seq => (long)seq), story.Events.Select(e => e.Seq));
        Assert.Equal(25, story.State.LastSeq);
    }

    [Fact]
    public void Entries_that_are_no_events_take_a_position_and_no_seq()
    {
        var story = Story.Begun().Append(2);
        story.Checkpoint();
        story.Append(1);

        Assert.Equal([1L, 2L, 3L], story.Events.Select(e => e.Seq));
        Assert.Equal(5, story.State.Position);
    }

    [Fact]
    public void An_event_keeps_everything_the_caller_said()
    {
        var offered = new NewEvent
        {
            Type = EventType.Broke,
            Actor = "bob",
            ChangeInfo = new() { ElementType = ElementType.Spec, EntityIds = ["a", "b"], Operation = Operation.Renamed, AffectedLines = 7, SemanticHash = "h" },
            StateTransition = Story.To(WorkState.Broken),
            Impact = new() { Severity = Severity.High, TestsFailed = ["t1"], PerfDelta = -2.5, ExternalRef = "PR 7" },
            OccurredAt = new DateTimeOffset(2025, 12, 31, 23, 0, 0, TimeSpan.FromHours(-5)),
            Metadata = JsonText.Parse("""{"k":1}"""),
        };

        var e = Story.Begun().Append(offered);

        Assert.Equal((offered.Type, offered.Actor, offered.ChangeInfo, offered.StateTransition, offered.Impact, offered.Metadata), (e.Type, e.Actor, e.ChangeInfo, e.StateTransition, e.Impact, e.Metadata));
        Assert.Equal(offered.OccurredAt, e.OccurredAt);
        Assert.Equal(TimeSpan.Zero, e.OccurredAt!.Value.Offset);
        Assert.Equal(Story.Dawn, e.Timestamp);
    }

    [Fact]
    public void A_transition_moves_the_state_in_the_same_fact()
    {
        var story = Story.Begun();
        foreach (var to in new[] { WorkState.Broken, WorkState.Coordinating, WorkState.Completed, WorkState.Working })
        {
            story.Append(Story.Change("a") with { StateTransition = Story.To(to, story.State.State) });
            Assert.Equal(to, story.State.State);
        }

        story.Append(1);
        Assert.Equal(WorkState.Working, story.State.State);
        Assert.Equal([1L, 1, 1, 1], story.State.Totals.TransitionsTo);
    }

    [Fact]
    public void Totals_sum_the_performance_deltas_and_keep_the_worst()
    {
        var story = Story.Begun();
        foreach (var delta in new double?[] { 3, -7.5, null, -1 })
            story.Append(Story.Change("a") with { Impact = new() { Severity = Severity.Low, PerfDelta = delta } });

        Assert.Equal((3L, -5.5, -7.5), (story.State.Totals.PerfCount, story.State.Totals.PerfSum, story.State.Totals.PerfWorst));
    }

    [Fact]
    public void The_span_of_occurrence_widens_in_any_order()
    {
        var story = Story.Begun();
        Assert.Null(story.State.OccurredFrom);
        foreach (var day in new[] { 5, 3, 9, 4 })
            story.Append(Story.Change() with { OccurredAt = new DateTimeOffset(2025, 6, day, 0, 0, 0, TimeSpan.Zero) });

        Assert.Equal((3, 9), (story.State.OccurredFrom!.Value.Day, story.State.OccurredTo!.Value.Day));
    }

    [Fact]
    public void A_batch_is_recorded_whole_in_its_order()
    {
        var story = Story.Begun();
        var facts = story.Accept(new SessionCommand.Append([.. Enumerable.Range(0, 12).Select(i => Story.Change($"e{i}"))]));

        Assert.Equal(Enumerable.Range(1, 12).Select(seq => ((long)seq, $"e{seq - 1}")), story.Events.Select(e => (e.Seq, e.ChangeInfo.EntityIds[0])));
        Assert.Equal(12, facts.Length);
    }

    [Fact]
    public void One_bad_event_refuses_the_whole_batch_and_is_named()
    {
        var refusal = Story.Begun().Refuse(new SessionCommand.Append([Story.Change(), Story.Change() with { Actor = "" }]), Codes.ValidationFailed);

        Assert.Equal("events[1].actor", Assert.Single(refusal.Errors).Field);
    }

    [Fact]
    public void A_full_session_refuses_what_does_not_fit_and_stores_none_of_it()
    {
        var story = Story.Begun(new() { MaxEvents = 10 }).Append(8);

        var refusal = story.Refuse(new SessionCommand.Append([.. Enumerable.Repeat(Story.Change(), 3)]), Codes.SessionFull);
        Assert.Contains("8 events; at most 10", refusal.Message, StringComparison.Ordinal);

        story.Append(2);
        story.Refuse(new SessionCommand.Append([Story.Change()]), Codes.SessionFull);
        story.Refuse(new SessionCommand.Join("bob"), Codes.SessionFull);
        Assert.Equal(10, story.State.LastSeq);
    }

    [Fact]
    public void Recorded_times_never_decrease_when_the_clock_jumps_back()
    {
        var story = Story.Begun().Later(100).Append(1).Later(-5000).Append(2).Later(6000).Append(1);

        ImmutableArray<double> seconds = [.. story.Events.Select(e => (e.Timestamp - Story.Dawn).TotalSeconds)];
        Assert.Equal([100, 100, 100, 1100], seconds);
    }

    [Fact]
    public void Only_the_newest_20_events_stay_in_the_state()
    {
        var story = Story.Begun();
        for (var i = 1; i <= 50; i++) story.Append(Story.Change($"e{i}"));

        Assert.Equal(Enumerable.Range(31, 20).Select(i => $"e{i}"), story.State.Recent.Select(e => e.EntityIds[0]));
    }
}
