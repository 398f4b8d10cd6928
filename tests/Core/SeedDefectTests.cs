using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

/// <summary>What earlier systems of this kind got wrong about sessions, as far as the rules alone decide it. The same steps, the right outcome.</summary>
public sealed class SeedDefectTests
{
    [Fact]
    public void Two_writers_that_take_turns_lose_no_event_and_repeat_no_seq()
    {
        var story = Story.Begun();
        for (var i = 0; i < 2000; i++) story.Append(Story.Change() with { Actor = i % 2 == 0 ? "ada" : "bob" });

        Assert.Equal(2000, story.Events.Select(e => e.Seq).Distinct().Count());
        Assert.Equal(2000, story.State.LastSeq);
    }

    [Fact]
    public void After_a_restart_the_seqs_go_on()
    {
        var story = Story.Begun().Append(200);

        var restarted = SessionFactCodec.DecodeState(SessionFactCodec.Version, SessionFactCodec.EncodeState(story.State));
        var fact = Assert.Single(Session.Decide(restarted, new SessionCommand.Append([Story.Change()]), story.Limits, story.Now).Facts);

        Assert.Equal(201, Assert.IsType<SessionFact.Recorded>(fact).Event.Seq);
    }

    [Fact]
    public void The_first_event_after_initial_entities_has_seq_2()
    {
        var story = new Story();
        story.Accept(new SessionCommand.Create("s1", "ada", InitialEntityIds: ["a"]));

        Assert.Equal(2, story.Append(Story.Change()).Seq);
    }

    [Fact]
    public void A_hundred_agents_that_join_are_all_there()
    {
        var story = Story.Begun();
        for (var i = 0; i < 100; i++) story.Accept(new SessionCommand.Join($"agent-{i}"));

        Assert.Equal(101, story.State.AgentIds.Length);
    }

    [Fact]
    public void A_live_session_outlives_its_automatic_checkpoints()
    {
        var story = Story.Begun(new() { GraceTtlSeconds = 2 });
        for (var i = 0; i < 100; i++) story.Later(0.1).Append(1);

        story.Later(3599);
        Assert.False(story.IsOver);
        Assert.Empty(story.Accept(new SessionCommand.Expire()));
    }

    [Fact]
    public void A_grace_of_30_days_lasts_30_days()
    {
        const double Days = 24 * 3600;
        var story = Story.Begun();
        story.Checkpoint(graceSeconds: (long)(30 * Days));

        story.Later(30 * Days - 1);
        Assert.Empty(story.Accept(new SessionCommand.Expire()));
        story.Later(1);
        Assert.Single(story.Accept(new SessionCommand.Expire()));
    }

    [Fact]
    public void An_event_without_change_info_is_refused_and_not_stored()
    {
        var story = Story.Begun();

        story.Refuse(new SessionCommand.Append([Story.Change() with { ChangeInfo = null! }]), Codes.ValidationFailed);

        Assert.Equal(0, story.State.LastSeq);
    }

    [Fact]
    public void The_limit_of_events_is_kept_and_said()
    {
        var story = Story.Begun(new() { MaxEvents = 10 }).Append(10);

        Assert.Contains("at most 10", story.Refuse(new SessionCommand.Append([Story.Change()]), Codes.SessionFull).Message, StringComparison.Ordinal);
    }
}
