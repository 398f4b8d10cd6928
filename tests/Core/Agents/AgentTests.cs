using Memento.Agents;
using Xunit;

namespace Memento.Tests.Core.Agents;

/// <summary>The rules of an agent's record.</summary>
public sealed class AgentTests
{
    private static readonly DateTimeOffset T0 = new(2026, 5, 6, 12, 0, 0, TimeSpan.Zero);

    private static AgentState After(AgentState s, params AgentCommand[] commands) =>
        commands.Aggregate(s, (state, command) => Agent.Decide(state, command, new(), T0).Facts.Aggregate(state, Agent.Apply));

    private static AgentCommand.Register Register(string instance) => new AgentCommand.Register(new() { Type = "test", InstanceId = instance });

    public static TheoryData<AgentCommand> Losses => new()
    {
        new AgentCommand.Die(T0),
        new AgentCommand.Remove(),
        Register("two"),
    };

    [Theory, MemberData(nameof(Losses))]
    public void What_it_had_is_to_be_handed_on_until_that_is_said_to_be_done(AgentCommand loss)
    {
        var before = After(AgentState.Empty, Register("one"));
        Assert.False(before.IsHandingOn);

        var after = After(before, loss);

        Assert.True(after.IsHandingOn);
        Assert.True(After(after, Register("three")).IsHandingOn);
        Assert.False(After(after, new AgentCommand.HandOn(after)).IsHandingOn);
    }

    [Fact]
    public void What_it_lost_since_the_handing_on_began_is_not_done_with_it()
    {
        var dead = After(AgentState.Empty, Register("one"), new AgentCommand.Die(T0));

        var replaced = After(dead, Register("two"));

        Assert.True(After(replaced, new AgentCommand.HandOn(dead)).IsHandingOn);
    }
}
