using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

public sealed class SessionLifecycleTests
{
    [Fact]
    public void A_new_session_has_its_agent_the_default_ttl_and_no_events()
    {
        var story = Story.Begun();

        Assert.Equal(["ada"], story.State.AgentIds);
        Assert.Equal(WorkState.Working, story.State.State);
        Assert.Equal(0, story.State.LastSeq);
        Assert.Equal(story.Now.AddSeconds(3600), story.State.ExpiresAt);
        Assert.Equal(story.Now, story.State.CreatedAt);
        Assert.IsType<SessionFact.Created>(Assert.Single(story.Facts));
    }

    [Fact]
    public void Metadata_is_kept_as_given()
    {
        var story = new Story();
        story.Accept(new SessionCommand.Create("s1", "ada", Metadata: JsonText.Parse("""{ "goal": "fix it", "n": 1.50 }""")));

        Assert.Equal("""{"goal":"fix it","n":1.50}""", story.State.Metadata?.Text);
    }

    [Fact]
    public void Initial_entities_become_a_start_event_with_seq_1()
    {
        var story = new Story();
        story.Accept(new SessionCommand.Create("s1", "ada", InitialEntityIds: ["a.cs", "b.cs"]));

        var start = Assert.Single(story.Events);
        Assert.Equal((1, EventType.Start, "ada"), (start.Seq, start.Type, start.Actor));
        Assert.Equal(ElementType.Session, start.ChangeInfo.ElementType);
        Assert.Equal(Operation.Init, start.ChangeInfo.Operation);
        Assert.Equal(["a.cs", "b.cs"], start.ChangeInfo.EntityIds);
        Assert.Equal(2, story.Append(Story.Change()).Seq);
    }

    [Fact]
    public void A_start_event_counts_towards_the_checkpoint_interval_like_any_other()
    {
        var story = new Story { Limits = new() { CheckpointInterval = 1 } };
        story.Accept(new SessionCommand.Create("s1", "ada", InitialEntityIds: ["a.cs"]));

        Assert.Equal(["a.cs"], story.State.CurrentCheckpoint?.RefEntities);
    }

    [Fact]
    public void An_id_is_used_once_while_the_session_lives_and_after()
    {
        var again = new SessionCommand.Create("s1", "bob");
        var alive = Story.Begun();
        var expired = Story.Begun().Later(3600);
        expired.Accept(new SessionCommand.Expire());
        var deleted = Story.Begun();
        deleted.Accept(new SessionCommand.Delete());

        Assert.Contains("exists already", alive.Refuse(again, Codes.SessionExists).Message, StringComparison.Ordinal);
        Assert.Contains("expired", expired.Refuse(again, Codes.SessionExists).Message, StringComparison.Ordinal);
        Assert.Contains("deleted", deleted.Refuse(again, Codes.SessionExists).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_never_created_is_not_found()
    {
        foreach (var command in EveryCommand()) Assert.Equal(RefusalKind.NotFound, new Story().Refuse(command, Codes.SessionNotFound).Kind);
    }

    [Fact]
    public void What_was_deleted_is_not_found()
    {
        foreach (var command in EveryCommand())
        {
            var story = Story.Begun();
            story.Accept(new SessionCommand.Delete());
            story.Refuse(command, Codes.SessionNotFound);
        }
    }

    [Fact]
    public void What_has_expired_is_gone_whether_or_not_that_was_recorded()
    {
        foreach (var command in EveryCommand().Where(command => command is not (SessionCommand.Expire or SessionCommand.Delete)))
        {
            var unrecorded = Story.Begun().Later(3600);
            Assert.Equal(RefusalKind.Gone, unrecorded.Refuse(command, Codes.SessionExpired).Kind);

            unrecorded.Accept(new SessionCommand.Expire());
            unrecorded.Refuse(command, Codes.SessionExpired);
        }
    }

    [Fact]
    public void An_expired_session_can_be_deleted()
    {
        var story = Story.Begun().Later(4000);
        story.Accept(new SessionCommand.Expire());

        Assert.IsType<SessionFact.Deleted>(Assert.Single(story.Accept(new SessionCommand.Delete())));
        Assert.Equal(SessionEnd.Deleted, story.State.End);
    }

    [Fact]
    public void Expiry_is_recorded_once_and_only_when_due()
    {
        var story = Story.Begun().Later(3599);
        Assert.Empty(story.Accept(new SessionCommand.Expire()));

        story.Later(1);
        Assert.IsType<SessionFact.Expired>(Assert.Single(story.Accept(new SessionCommand.Expire())));
        Assert.Empty(story.Accept(new SessionCommand.Expire()));
    }

    [Fact]
    public void An_expired_session_says_when_it_expired_not_when_that_was_noticed()
    {
        var story = Story.Begun().Later(10_000);
        story.Accept(new SessionCommand.Expire());

        var due = Story.Dawn.AddSeconds(3600);
        Assert.Equal(due, story.State.ExpiresAt);
        Assert.Equal(Story.Dawn, story.State.UpdatedAt);
        Assert.Equal(due, SessionView.Of(story.State, story.Now).ExpiresAt);
        Assert.Contains($"{due.UtcDateTime:O}", story.Refuse(new SessionCommand.Join("bob"), Codes.SessionExpired).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_view_tells_the_state_and_whether_the_session_is_active()
    {
        var story = Story.Begun().Append(3);

        var view = SessionView.Of(story.State, story.Now);

        Assert.Equal(("s1", 3L, 3L, true), (view.SessionId, view.LastSeq, view.EventCount, view.Active));
        Assert.False(SessionView.Of(story.State, story.Now.AddHours(1)).Active);
    }

    private static IEnumerable<SessionCommand> EveryCommand() =>
    [
        new SessionCommand.Append([Story.Change()]),
        new SessionCommand.Join("bob"),
        new SessionCommand.Leave("ada"),
        new SessionCommand.HandOver("ada", "bob", "lunch", null, null),
        new SessionCommand.Checkpoint(null),
        new SessionCommand.CaptureFailure("cp-1", 1, "00"),
        new SessionCommand.Expire(),
        new SessionCommand.Delete(),
    ];
}
