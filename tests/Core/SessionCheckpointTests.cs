using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

public sealed class SessionCheckpointTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(10)]
    public void Every_nth_event_carries_a_checkpoint(int interval)
    {
        var story = Story.Begun(new() { CheckpointInterval = interval }).Append(30);

        Assert.Equal(Enumerable.Range(1, 30).Where(seq => seq % interval == 0).Select(seq => (long)seq), story.Events.Where(e => e.Checkpoint is not null).Select(e => e.Seq));
        Assert.All(story.Events.Where(e => e.Checkpoint is not null), e => Assert.Equal((e.Seq, e.Timestamp), (e.Checkpoint!.Seq, e.Checkpoint.At)));
    }

    [Fact]
    public void A_checkpoint_event_carries_one_out_of_turn()
    {
        var story = Story.Begun();

        var e = story.Append(Story.Change("a") with { Type = EventType.Checkpoint });

        Assert.Equal(1, e.Checkpoint?.Seq);
        Assert.Same(e.Checkpoint, story.State.CurrentCheckpoint);
    }

    [Fact]
    public void A_checkpoint_on_demand_covers_the_newest_event_and_adds_none()
    {
        var story = Story.Begun().Append(3);

        Assert.Equal(3, story.Checkpoint().Seq);
        Assert.Equal(3, story.State.LastSeq);
        Assert.Equal(0, Story.Begun().Checkpoint().Seq);
    }

    [Fact]
    public void Every_checkpoint_has_its_own_id()
    {
        var story = Story.Begun(new() { CheckpointInterval = 1 }).Append(5);
        story.Accept(new SessionCommand.Append([.. Enumerable.Repeat(Story.Change(), 5)]));
        var demanded = new[] { story.Checkpoint(), story.Checkpoint() };

        var ids = story.Events.Select(e => e.Checkpoint!.CheckpointId).Concat(demanded.Select(c => c.CheckpointId)).ToList();

        Assert.Equal(12, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(id.StartsWith("cp-", StringComparison.Ordinal) && Guid.TryParse(id[3..], out _), id));
    }

    [Fact]
    public void The_summary_sees_the_newest_20_events_and_no_older_one()
    {
        var story = Story.Begun(new() { CheckpointInterval = 1000 });
        story.Append(Story.Change("old") with { Impact = new() { Severity = Severity.Critical, PerfDelta = -100 }, StateTransition = Story.To(WorkState.Broken) });
        story.Append(Story.Change() with { StateTransition = Story.To(WorkState.Working, WorkState.Broken) });
        story.Append(18);
        Assert.Equal((Outcome.Broken, -100), (story.Checkpoint().Outcome, story.Checkpoint().PerfDelta));

        story.Append(1);
        var later = story.Checkpoint();
        Assert.Equal((Outcome.Working, 0), (later.Outcome, later.PerfDelta));
        Assert.Empty(later.KeyImpacts);
        Assert.DoesNotContain("old", later.RefEntities);
    }

    [Fact]
    public void The_summary_of_an_event_includes_that_event()
    {
        var story = Story.Begun(new() { CheckpointInterval = 2 }).Append(1);

        var e = story.Append(Story.Change("a") with { StateTransition = Story.To(WorkState.Completed), Impact = new() { Severity = Severity.High, PerfDelta = 4 } });

        Assert.Equal((Outcome.Completed, 4d), (e.Checkpoint!.Outcome, e.Checkpoint.PerfDelta));
        Assert.Equal(["a"], e.Checkpoint.KeyImpacts);
    }

    [Theory]
    [InlineData(WorkState.Working, Outcome.Working)]
    [InlineData(WorkState.Broken, Outcome.Broken)]
    [InlineData(WorkState.Coordinating, Outcome.Coordinated)]
    [InlineData(WorkState.Completed, Outcome.Completed)]
    public void The_outcome_follows_the_state(WorkState state, Outcome outcome)
    {
        var story = Story.Begun();
        story.Append(Story.Change() with { StateTransition = Story.To(state) });

        Assert.Equal(outcome, story.Checkpoint().Outcome);
    }

    [Fact]
    public void Breaking_within_the_window_makes_the_outcome_broken_even_if_it_was_mended()
    {
        var story = Story.Begun();
        story.Append(Story.Change() with { StateTransition = Story.To(WorkState.Broken) });
        story.Append(Story.Change() with { StateTransition = Story.To(WorkState.Completed, WorkState.Broken) });

        Assert.Equal(Outcome.Broken, story.Checkpoint().Outcome);
    }

    [Fact]
    public void Key_impacts_are_the_first_entities_of_heavy_events_each_once_oldest_first()
    {
        var story = Story.Begun(new() { CheckpointInterval = 1000 });
        void Hit(Severity severity, params string[] entities) => story.Append(Story.Change([.. entities]) with { Impact = new() { Severity = severity } });
        Hit(Severity.High, "b", "x");
        Hit(Severity.Medium, "c");
        Hit(Severity.Critical, "a");
        Hit(Severity.High, "b");
        Hit(Severity.Critical);

        Assert.Equal(["b", "a"], story.Checkpoint().KeyImpacts);
    }

    [Fact]
    public void Touched_entities_are_listed_newest_first_and_bounded()
    {
        var story = Story.Begun(new() { CheckpointInterval = 1000 });
        story.Append(Story.Change([.. Enumerable.Range(0, 200).Select(i => $"old{i}")]));
        story.Append(Story.Change("new"));

        var entities = story.Checkpoint().RefEntities;

        Assert.Equal(Session.MaxRefEntities, entities.Length);
        Assert.Equal(["new", "old0", "old1"], entities[..3]);
    }

    [Fact]
    public void A_checkpoint_names_the_agents_that_are_there_after_its_event()
    {
        var story = Story.Begun(new() { CheckpointInterval = 1 });

        story.Accept(new SessionCommand.Join("bob"));
        Assert.Equal(["ada", "bob"], story.State.CurrentCheckpoint?.Actors);

        story.Accept(new SessionCommand.HandOver("ada", "eve", "lunch", null, null));
        Assert.Equal(["bob", "eve"], story.State.CurrentCheckpoint?.Actors);

        story.Accept(new SessionCommand.Leave("bob"));
        Assert.Equal(["eve"], story.State.CurrentCheckpoint?.Actors);
    }

    [Fact]
    public void Captured_evidence_is_recorded_and_changes_nothing_users_see()
    {
        var story = Story.Begun().Append(1);
        var checkpoint = story.Checkpoint();
        var before = SessionView.Of(story.State, story.Now);

        var fact = story.Accept(new SessionCommand.CaptureFailure(checkpoint.CheckpointId, 1, "ab12"));

        Assert.Equal(("ab12", 1L), Assert.IsType<SessionFact.FailureCaptured>(Assert.Single(fact)) is var f ? (f.Hash, f.Seq) : default);
        Assert.Equal(before, SessionView.Of(story.State, story.Now));
    }
}
