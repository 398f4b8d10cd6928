using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

public sealed class SessionHandoffTests
{
    [Fact]
    public void Joining_adds_the_agent_and_a_handoff_event()
    {
        var story = Story.Begun();

        story.Accept(new SessionCommand.Join("bob"));

        var e = Assert.Single(story.Events);
        Assert.Equal(["ada", "bob"], story.State.AgentIds);
        Assert.Equal((EventType.Handoff, "bob", HandoffAction.Joined, "bob"), (e.Type, e.Actor, e.Handoff!.Action, e.Handoff.ToAgent));
    }

    [Fact]
    public void Joining_twice_and_leaving_twice_change_nothing_the_second_time()
    {
        var story = Story.Begun();

        Assert.Empty(story.Accept(new SessionCommand.Join("ada")));
        Assert.Single(story.Accept(new SessionCommand.Leave("ada")));
        Assert.Empty(story.Accept(new SessionCommand.Leave("ada")));
        Assert.Empty(story.Accept(new SessionCommand.Leave("stranger")));
    }

    [Fact]
    public void The_last_agent_that_leaves_clears_the_list()
    {
        var story = Story.Begun();

        story.Accept(new SessionCommand.Leave("ada"));

        Assert.Empty(story.State.AgentIds);
        Assert.Equal((HandoffAction.Left, "ada", 300L), Assert.Single(story.Events).Handoff is { } note ? (note.Action, note.FromAgent, note.GraceTtlSeconds) : default);
    }

    [Fact]
    public void Handing_over_swaps_the_agents_and_keeps_why()
    {
        var story = Story.Begun();
        story.Accept(new SessionCommand.Join("bob"));

        story.Accept(new SessionCommand.HandOver("ada", "eve", "end of shift", JsonText.Parse("""{"left":"two tests"}"""), 3));

        var note = story.Events.Last().Handoff!;
        Assert.Equal(["bob", "eve"], story.State.AgentIds);
        Assert.Equal(("ada", "eve", "end of shift", """{"left":"two tests"}""", 3), (note.FromAgent, note.ToAgent, note.Reason, note.Context?.Text, note.Priority));
        Assert.Equal("ada", story.Events.Last().Actor);
    }

    [Fact]
    public void Handing_over_to_an_agent_that_is_there_only_removes_the_giver()
    {
        var story = Story.Begun();
        story.Accept(new SessionCommand.Join("bob"));

        story.Accept(new SessionCommand.HandOver("ada", "bob", "lunch", null, null));

        Assert.Equal(["bob"], story.State.AgentIds);
    }

    [Fact]
    public void Only_who_is_there_can_hand_over()
    {
        var refusal = Story.Begun().Refuse(new SessionCommand.HandOver("bob", "eve", "lunch", null, null), Codes.AgentNotInSession);

        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
    }

    [Fact]
    public void A_session_takes_so_many_agents_and_no_more()
    {
        var story = Story.Begun(new() { MaxAgents = 2 });
        story.Accept(new SessionCommand.Join("bob"));

        Assert.Equal("agentId", Assert.Single(story.Refuse(new SessionCommand.Join("eve"), Codes.ValidationFailed).Errors).Field);
        story.Accept(new SessionCommand.HandOver("bob", "eve", "lunch", null, null));
    }

    [Fact]
    public void An_event_of_type_handoff_that_a_caller_appends_moves_no_agents()
    {
        var story = Story.Begun();

        var e = story.Append(Story.Change("a") with { Type = EventType.Handoff, Actor = "stranger" });

        Assert.Null(e.Handoff);
        Assert.Equal(["ada"], story.State.AgentIds);
    }

    [Fact]
    public void Agents_are_not_asked_to_join_before_they_append()
    {
        var story = Story.Begun();

        story.Append(Story.Change() with { Actor = "passer-by" });

        Assert.Equal(["ada"], story.State.AgentIds);
    }
}
