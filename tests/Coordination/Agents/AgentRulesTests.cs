using System.Collections.Immutable;
using Memento.Agents;
using Memento.Core.Coordination;
using Memento.Core.Coordination.Agents;
using Xunit;
using static Memento.Tests.Coordination.Tasks.TaskStories;
using AgentState = Memento.Core.Coordination.Agents.AgentState;

namespace Memento.Tests.Coordination.Agents;

/// <summary>Registration, epochs, death; the directory and the choice of agents.</summary>
public sealed class AgentRulesTests
{
    private static readonly DetectorSettings Detector = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(90));

    private static readonly AgentLimits Limits = new();

    private static RegisterAgent Request(string? instance = "i1", int maxLoad = 1) => new() { Type = "builder", InstanceId = instance, MaxLoad = maxLoad };

    private static ClockReading Clock(double seconds) => new(TimeSpan.FromSeconds(seconds), At(seconds));

    private static AgentState Then(AgentState agent, Decision<AgentEvent> decision) => decision.Facts.Aggregate(agent, AgentRules.Apply);

    private static AgentState Register(AgentState agent, RegisterAgent request) => Then(agent, AgentRules.Register(agent, request, Limits, T0));

    private static AgentState Die(AgentState agent) =>
        Then(agent, AgentRules.Suspect(agent, null, new("a1", TimeSpan.FromSeconds(91)), TimeSpan.Zero, Detector, Clock(91)));

    private static AgentCapacity Capacity(string id, int free = 1, long version = 0, params string[] capabilities) =>
        new() { AgentId = id, MaxLoad = free, Version = version, Capabilities = [.. capabilities] };

    [Fact]
    public void Epoch_grows_with_each_death_removal_and_new_instance()
    {
        var agent = Register(AgentState.None, Request());
        Assert.Equal(1, agent.Epoch);
        Assert.Empty(AgentRules.Register(agent, Request(), Limits, T0).Facts);
        Assert.Equal(1, Register(agent, Request(maxLoad: 5)).Epoch);
        Assert.Equal(1, Register(agent, Request(instance: null)).Epoch);
        Assert.Equal(2, Register(agent, Request("i2")).Epoch);

        var dead = Die(agent);
        Assert.Equal((2, true), (dead.Epoch, dead.IsDead));
        Assert.Equal((2, false), (Register(dead, Request()).Epoch, Register(dead, Request()).IsDead));
        Assert.Equal(3, Register(dead, Request("i2")).Epoch);

        var back = Then(dead, AgentRules.Hear(dead, new(), Limits, T0));
        Assert.Equal((2, true), (back.Epoch, back.IsAlive));

        var removed = Then(agent, AgentRules.Remove(agent, T0));
        Assert.Equal((2, false), (removed.Epoch, removed.Exists));
        Assert.Equal(3, Register(removed, Request()).Epoch);
    }

    [Theory]
    [InlineData("i1", null)]
    [InlineData(null, null)]
    [InlineData("i0", Codes.StaleRegistration)]
    public void Calls_of_an_earlier_process_are_refused(string? instance, string? expected) =>
        Assert.Equal(expected, AgentRules.CheckInstance(Register(AgentState.None, Request()), "a1", instance)?.Code);

    [Theory]
    [InlineData(null, 91, 0, true)]
    [InlineData(null, 90, 0, false)]
    [InlineData(null, 95, 10, false)]
    [InlineData(10.0, 91, 0, false)]
    [InlineData(100.0, 91, 0, true)]
    public void Own_heartbeats_of_the_grain_decide_over_the_directory(double? ownSince, double directorySince, double paused, bool dies)
    {
        var agent = Register(AgentState.None, Request());
        HeartbeatHistory? own = ownSince is { } s ? HeartbeatHistory.StartAt(TimeSpan.FromSeconds(1_000 - s)) : null;

        var decision = AgentRules.Suspect(
            agent, own, new("a1", TimeSpan.FromSeconds(directorySince)), TimeSpan.FromSeconds(paused), Detector, Clock(1_000));

        Assert.Equal(dies, !decision.Facts.IsDefaultOrEmpty);
    }

    [Fact]
    public void Directory_reports_only_overdue_agents_and_leaves_pauses_out()
    {
        var directory = new AgentDirectory(Detector);
        directory.Heartbeat(Capacity("early"), TimeSpan.FromSeconds(0));
        directory.Heartbeat(Capacity("late"), TimeSpan.FromSeconds(60));
        directory.Update(Capacity("early"), TimeSpan.FromSeconds(80));

        Assert.Empty(directory.Suspects(TimeSpan.FromSeconds(90)));
        Assert.Equal("early", Assert.Single(directory.Suspects(TimeSpan.FromSeconds(91))).AgentId);
        directory.Pause(TimeSpan.FromSeconds(30));
        Assert.Empty(directory.Suspects(TimeSpan.FromSeconds(110)));
    }

    [Fact]
    public void Directory_offers_a_bounded_number_of_agents_of_every_kind()
    {
        var directory = new AgentDirectory(Detector);
        for (var i = 0; i < 1_000; i++) directory.Heartbeat(Capacity($"cpu{i}"), TimeSpan.Zero);
        directory.Heartbeat(Capacity("gpu", 1, 0, "gpu"), TimeSpan.Zero);
        directory.Heartbeat(Capacity("full", 0), TimeSpan.Zero);

        var candidates = directory.Candidates(TimeSpan.FromSeconds(1));

        Assert.Equal(AgentDirectory.MaxCandidates, candidates.Length);
        Assert.Contains(candidates, agent => agent.AgentId == "gpu");
        Assert.DoesNotContain(candidates, agent => agent.AgentId == "full");
        Assert.Empty(directory.Candidates(TimeSpan.FromSeconds(46)));
    }

    [Fact]
    public void Older_capacity_of_the_same_activation_is_ignored()
    {
        var directory = new AgentDirectory(Detector);
        directory.Update(Capacity("a1", free: 1, version: 2), TimeSpan.Zero);
        directory.Update(Capacity("a1", free: 5, version: 1), TimeSpan.Zero);
        Assert.Equal(1, directory.Candidates(TimeSpan.Zero)[0].FreeSlots);

        directory.Update(Capacity("a1", free: 5, version: 1) with { Source = 7 }, TimeSpan.Zero);
        Assert.Equal(5, directory.Candidates(TimeSpan.Zero)[0].FreeSlots);
    }

    [Theory]
    [InlineData(LoadBalancing.RoundRobin, "a b c a b c")]
    [InlineData(LoadBalancing.LeastLoaded, "a b c c a b")]
    [InlineData(LoadBalancing.PriorityBased, "b b b a c a")]
    [InlineData(LoadBalancing.CapabilityWeighted, "a a a c c c")]
    public void Strategy_decides_who_is_chosen(LoadBalancing strategy, string expected)
    {
        ImmutableArray<AgentCapacity> agents =
        [
            Capacity("a", 3, 0, "x", "y"),
            Capacity("b", 3) with { Priority = 9 },
            Capacity("c", 6, 0, "x"),
        ];
        ImmutableArray<Memento.Core.Coordination.Tasks.TaskSnapshot> tasks =
            [.. Enumerable.Range(1, 6).Select(i => new Memento.Core.Coordination.Tasks.TaskSnapshot(new(i, 1), Queued(Spec with { TaskId = $"t{i}" })))];

        Assert.Equal(expected, string.Join(' ', AgentSelector.Choose(tasks, agents, strategy).Select(pair => pair.AgentId)));
    }
}
