using Memento.Agents;
using Xunit;

namespace Memento.Tests.Core.Agents;

/// <summary>Who gets a task.</summary>
public sealed class AgentPoolTests
{
    private readonly AgentPool _pool = new();
    private long _version;

    private void Put(string agent, int load = 0, int maxLoad = 4, int priority = 0, double errors = 0, double? mean = null, params string[] capabilities) =>
        _pool.Put(agent, ++_version, [.. capabilities], new(priority, load, maxLoad, capabilities.Length, errors, mean));

    private string?[] Choose(LoadBalancing strategy, int times, params string[] required) => [.. Enumerable.Range(0, times).Select(_ => _pool.Choose(strategy, new([.. required])))];

    [Fact]
    public void Round_robin_gives_to_each_in_turn()
    {
        foreach (var agent in (string[])["a", "b", "c"]) Put(agent);

        Assert.Equal(["a", "b", "c", "a", "b", "c"], Choose(LoadBalancing.RoundRobin, 6));
    }

    [Fact]
    public void An_agent_that_takes_tasks_of_some_types_is_chosen_for_those_alone()
    {
        _pool.Put("builder", ++_version, ["x"], new(0, 0, 4, 1, 0, null), types: ["build", "test"]);

        Assert.Equal("builder", _pool.Choose(LoadBalancing.LeastLoaded, new(["x"], "test")));
        Assert.Null(_pool.Choose(LoadBalancing.LeastLoaded, new(["x"], "deploy")));
        Assert.Equal((0, 1), (_pool.CountFor(new(["x"], "deploy")).Capable, _pool.CountFor(new(["x"])).Capable));
        Put("any", capabilities: ["x"]);
        Assert.Equal("any", _pool.Choose(LoadBalancing.LeastLoaded, new(["x"], "deploy")));
    }

    [Fact]
    public void Many_agents_of_one_kind_do_not_hide_those_of_another()
    {
        for (var i = 0; i < 100; i++) Put($"plain{i}", maxLoad: 100);
        Put("able", priority: 9, maxLoad: 100, capabilities: ["gpu"]);

        Assert.Contains("able", Choose(LoadBalancing.PriorityBased, 4));
    }

    [Fact]
    public void Least_loaded_gives_to_whoever_has_the_smallest_part_in_use()
    {
        Put("half", load: 2, maxLoad: 4);
        Put("third", load: 3, maxLoad: 9);

        Assert.Equal(["third", "third", "half", "third"], Choose(LoadBalancing.LeastLoaded, 4));
    }

    [Fact]
    public void Priority_based_gives_to_the_highest_until_it_is_full()
    {
        Put("low", priority: 1);
        Put("high", priority: 9, maxLoad: 2);

        Assert.Equal(["high", "high", "low"], Choose(LoadBalancing.PriorityBased, 3));
    }

    [Fact]
    public void Capability_weighted_gives_to_who_can_do_the_most()
    {
        Put("narrow", capabilities: ["build"]);
        Put("broad", capabilities: ["build", "test", "deploy"]);

        Assert.Equal(["broad"], Choose(LoadBalancing.CapabilityWeighted, 1, "build"));
    }

    [Fact]
    public void Dynamic_weighs_load_priority_reliability_speed_and_capabilities()
    {
        var score = new AgentScore(Priority: 5, Load: 1, MaxLoad: 4, Capabilities: 4, ErrorRate: 0.5, MeanDurationMs: 3_000);

        Assert.Equal((0.3 * 0.75) + (0.2 * 0.5) + (0.2 * 0.5) + (0.15 * 0.25) + (0.15 * 0.5), score.For(LoadBalancing.Dynamic, required: 2), 12);
        Put("shaky", errors: 0.9);
        Put("solid", errors: 0);
        Assert.Equal(["solid"], Choose(LoadBalancing.Dynamic, 1));
    }

    [Fact]
    public void Nobody_gets_more_than_it_may_hold_or_what_it_cannot_do()
    {
        Put("a", maxLoad: 2, capabilities: ["build"]);

        Assert.Equal(["a", "a", null], Choose(LoadBalancing.LeastLoaded, 3, "build"));
        _pool.Offered("a", 1);
        Assert.Equal([null], Choose(LoadBalancing.LeastLoaded, 1, "build", "deploy"));
        Assert.Equal(["a", null], Choose(LoadBalancing.LeastLoaded, 2, "build"));
    }

    [Fact]
    public void One_that_rests_or_is_gone_gets_nothing()
    {
        Put("a");
        Put("b");
        _pool.Open("a", isOpen: false);
        Assert.True(_pool.Remove("b"));
        Assert.False(_pool.Remove("b"));

        Assert.Equal([null], Choose(LoadBalancing.LeastLoaded, 1));
        Assert.Equal((1, 0), _pool.CountFor(new([])));
        _pool.Open("a", isOpen: true);
        Assert.Equal(["a"], Choose(LoadBalancing.LeastLoaded, 1));
    }

    [Fact]
    public void Of_what_an_agent_says_the_newest_counts_also_if_it_arrives_first()
    {
        _pool.Put("a", 2, [], new(0, 0, 1, 0, 0, null));
        _pool.Put("a", 1, [], new(0, 1, 1, 0, 0, null));
        Assert.Equal(["a", null], Choose(LoadBalancing.LeastLoaded, 2));

        _pool.Put("a", 3, [], new(0, 1, 1, 0, 0, null));
        _pool.Offered("a", 1);
        Assert.Equal([null], Choose(LoadBalancing.LeastLoaded, 1));
        _pool.Free("a");
        Assert.Equal(["a"], Choose(LoadBalancing.LeastLoaded, 1));
    }

    [Fact]
    public void Among_many_every_agent_has_its_turn_and_no_choice_looks_at_all_of_them()
    {
        for (var i = 0; i < 1_000; i++) Put($"a{i}", maxLoad: 1);

        Assert.Equal(1_000, Choose(LoadBalancing.LeastLoaded, 1_000).Distinct().Count());
        Assert.Equal([null], Choose(LoadBalancing.LeastLoaded, 1));
    }
}
