using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

public sealed class SessionTtlTests
{
    [Fact]
    public void Any_activity_starts_the_ttl_anew()
    {
        var story = Story.Begun(ttl: 100);
        story.Later(99).Append(1);
        story.Later(99).Accept(new SessionCommand.Join("bob"));
        story.Later(99).Accept(new SessionCommand.HandOver("bob", "eve", "lunch", null, null));
        Assert.False(story.Later(99).IsOver);
        Assert.True(story.Later(1).IsOver);
    }

    [Fact]
    public void A_ttl_of_0_never_expires()
    {
        var story = Story.Begun(ttl: 0).Append(30);

        Assert.Null(story.State.ExpiresAt);
        story.Append(Story.Change() with { Type = EventType.Checkpoint });
        story.Checkpoint();
        story.Accept(new SessionCommand.Leave("ada"));

        Assert.Null(story.State.ExpiresAt);
        Assert.Empty(story.Later(1e9).Accept(new SessionCommand.Expire()));
    }

    [Fact]
    public void A_checkpoint_on_demand_leaves_the_grace_ttl()
    {
        var story = Story.Begun(new() { GraceTtlSeconds = 60 });

        Assert.Equal(60, story.Checkpoint().GraceTtlSeconds);
        Assert.Equal(story.Now.AddSeconds(60), story.State.ExpiresAt);
    }

    [Fact]
    public void A_checkpoint_can_ask_for_its_own_grace_even_in_a_session_that_never_expires()
    {
        var story = Story.Begun(ttl: 0);

        story.Checkpoint(graceSeconds: 7);

        Assert.Equal(story.Now.AddSeconds(7), story.State.ExpiresAt);
    }

    [Fact]
    public void A_checkpoint_event_leaves_the_grace_ttl()
    {
        var story = Story.Begun(new() { GraceTtlSeconds = 60 });

        story.Append(Story.Change() with { Type = EventType.Checkpoint });

        Assert.Equal(story.Now.AddSeconds(60), story.State.ExpiresAt);
    }

    [Fact]
    public void An_automatic_checkpoint_does_not_touch_the_ttl()
    {
        var story = Story.Begun().Append(10);

        Assert.NotNull(story.State.CurrentCheckpoint);
        Assert.Null(story.State.CurrentCheckpoint.GraceTtlSeconds);
        Assert.Equal(story.Now.AddSeconds(3600), story.State.ExpiresAt);
    }

    [Fact]
    public void Activity_after_a_checkpoint_gives_the_full_ttl_back()
    {
        var story = Story.Begun(new() { GraceTtlSeconds = 60 });
        story.Checkpoint();
        story.Later(59).Append(1);

        Assert.Equal(story.Now.AddSeconds(3600), story.State.ExpiresAt);
    }

    [Fact]
    public void When_the_last_agent_leaves_the_grace_ttl_runs_until_another_comes()
    {
        var story = Story.Begun(new() { GraceTtlSeconds = 60 });
        story.Accept(new SessionCommand.Join("bob"));
        story.Accept(new SessionCommand.Leave("ada"));
        Assert.Equal(story.Now.AddSeconds(3600), story.State.ExpiresAt);

        story.Accept(new SessionCommand.Leave("bob"));
        Assert.Equal(story.Now.AddSeconds(60), story.State.ExpiresAt);

        story.Later(59).Accept(new SessionCommand.Join("eve"));
        Assert.Equal(story.Now.AddSeconds(3600), story.State.ExpiresAt);
    }

    [Fact]
    public void The_last_leave_at_the_checkpoint_interval_still_leaves_the_grace_ttl()
    {
        var story = Story.Begun(new() { GraceTtlSeconds = 60, CheckpointInterval = 10 }).Append(9);

        story.Accept(new SessionCommand.Leave("ada"));

        Assert.Equal(10, story.State.CurrentCheckpoint?.Seq);
        Assert.Equal(story.Now.AddSeconds(60), story.State.ExpiresAt);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void A_grace_ttl_out_of_range_is_refused(long seconds) =>
        Assert.Equal("graceTtlSeconds", Assert.Single(Story.Begun().Refuse(new SessionCommand.Checkpoint(seconds), Codes.ValidationFailed).Errors).Field);

    [Fact]
    public void The_longest_allowed_times_can_be_added_up()
    {
        var limits = new SessionLimits();
        var story = Story.Begun(limits, ttl: limits.MaxTtlSeconds);
        story.Checkpoint(limits.MaxTtlSeconds);

        Assert.Equal(story.Now.AddSeconds(limits.MaxTtlSeconds), story.State.ExpiresAt);
    }
}
