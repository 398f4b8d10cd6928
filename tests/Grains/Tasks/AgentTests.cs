using Memento.Agents;
using Memento.Tasks;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains.Tasks;

public sealed class SqliteAgentTests(SessionClusterFixture<SqliteTestDatabase> fixture) : AgentActs(fixture.Cluster), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlAgentTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : AgentActs(fixture.Cluster), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>Agents that come, die and come back.</summary>
public abstract class AgentActs(SessionCluster cluster)
{
    private static readonly TimeSpan Dead = TimeSpan.FromSeconds(91);

    private readonly TaskRig _rig = new(cluster);

    [Fact]
    public async Task An_agent_registers_changes_says_what_it_does_and_goes()
    {
        var first = await _rig.Agent("a").RegisterAsync(new() { Type = "coder", Capabilities = ["b", "a", "b"], Priority = 3, MaxLoad = 2 });
        var again = await _rig.Agent("a").RegisterAsync(new() { Type = "coder", Capabilities = ["a"], MaxLoad = 4 });

        Assert.Equal((true, false), (first.IsNew, again.IsNew));
        Assert.Equal(["a", "b"], first.Agent.Capabilities);
        Assert.Equal((4, AgentStatus.Idle), (again.Agent.MaxLoad, again.Agent.Status));
        var lease = await _rig.Agent("a").HeartbeatAsync(new() { Status = AgentStatus.Maintenance, Metadata = JsonText.Parse("""{"x":1}""") });
        Assert.Equal(cluster.Clock.GetUtcNow().AddSeconds(90), lease.LeaseExpiresAt, TimeSpan.FromSeconds(1));
        var view = await _rig.Agent("a").GetAsync();
        Assert.Equal((AgentStatus.Maintenance, """{"x":1}"""), (view.Status, view.Metadata?.Text));
        Assert.Single((await _rig.Agents.ListAsync(new() { Status = AgentStatus.Maintenance, Capability = "a" })).Items);
        Assert.Empty((await _rig.Agents.ListAsync(new() { Capability = "b" })).Items);

        await _rig.Agent("a").RemoveAsync();
        await _rig.Agent("a").RemoveAsync();
        Assert.Empty((await _rig.Agents.ListAsync(new())).Items);
        foreach (var call in (Func<Task>[])[() => _rig.Agent("a").GetAsync(), () => _rig.Agent("a").HeartbeatAsync(new()), () => _rig.PollAsync("a")]) await SessionCluster.RefusedAsync(Codes.AgentNotFound, call);
    }

    [Theory]
    [InlineData(0, 0, "maxLoad")]
    [InlineData(1, -1, "priority")]
    [InlineData(1, 11, "priority")]
    public async Task Bad_registrations_name_the_field(int maxLoad, int priority, string field)
    {
        var refusal = await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.Agent("a").RegisterAsync(new() { Type = "x", MaxLoad = maxLoad, Priority = priority }));
        Assert.Equal(field, Assert.Single(refusal.Errors).Field);
        await SessionCluster.RefusedAsync(Codes.AgentNotFound, () => _rig.Agent("a").GetAsync());
    }

    [Fact]
    public async Task A_silent_agent_is_dead_and_each_of_its_tasks_goes_to_another_once_with_a_note()
    {
        await _rig.RegisterAsync("dies", maxLoad: 3);
        var ids = await _rig.SubmitManyAsync(3);
        var held = await _rig.ReceiveAsync("dies", 3);
        await _rig.SayAsync("dies", TaskOperation.Heartbeat, held[0].TaskId, held[0].Token, r => r with { Progress = JsonText.Parse("0.5") });
        await _rig.SayAsync("dies", TaskOperation.Start, held[1].TaskId, held[1].Token);
        await _rig.PassAsync(TimeSpan.FromSeconds(50));
        Assert.NotEqual(AgentStatus.Dead, (await _rig.Agent("dies").GetAsync()).Status);
        await _rig.RegisterAsync("lives", maxLoad: 10);

        await _rig.PassAsync(TimeSpan.FromSeconds(20));
        await _rig.Agent("lives").HeartbeatAsync(new());
        await _rig.PassAsync(TimeSpan.FromSeconds(25));

        Assert.Equal((AgentStatus.Dead, 0), ((await _rig.Agent("dies").GetAsync()).Status, (await _rig.Agent("dies").GetAsync()).Load));
        var taken = await _rig.ReceiveAsync("lives", 3);
        Assert.Equal(ids.Order(), taken.Select(t => t.TaskId).Order());
        var begun = taken.Single(t => t.TaskId == held[0].TaskId);
        Assert.Equal(("dies", "0.5", 2), (begun.Handoff!.FromAgent, begun.Handoff.Progress?.Text, begun.Attempt));
        Assert.Equal(1, taken.Single(t => t.TaskId == held[2].TaskId).Attempt);
        foreach (var task in held) await TaskRig.RefusedAsync(Codes.StaleToken, _rig.SayAsync("dies", TaskOperation.Complete, task.TaskId, task.Token));
        foreach (var task in taken) await _rig.CompleteAsync("lives", task);
        Assert.Equal(3, (await _rig.Queue().GetAsync()).Completed);
    }

    [Fact]
    public async Task An_agent_that_falls_silent_and_heartbeats_again_is_back_with_the_right_load()
    {
        await _rig.RegisterAsync("a", maxLoad: 2);
        await _rig.SubmitAsync();
        var old = Assert.Single(await _rig.ReceiveAsync("a"));
        await _rig.PassAsync(Dead);
        Assert.Equal(AgentStatus.Dead, (await _rig.Agent("a").GetAsync()).Status);

        await _rig.Agent("a").HeartbeatAsync(new());

        var again = Assert.Single(await _rig.ReceiveAsync("a"));
        Assert.Equal(old.TaskId, again.TaskId);
        Assert.True(again.Token > old.Token);
        Assert.Equal((1, AgentStatus.Active), ((await _rig.Agent("a").GetAsync()).Load, (await _rig.Agent("a").GetAsync()).Status));
    }

    [Fact]
    public async Task The_dead_are_found_and_their_tasks_handed_on_after_everything_was_restarted()
    {
        await _rig.RegisterAsync("dies");
        var id = await _rig.SubmitAsync();
        var task = Assert.Single(await _rig.ReceiveAsync("dies"));
        await _rig.SayAsync("dies", TaskOperation.Start, id, task.Token);
        await cluster.DeactivateAsync(_rig.Agent("dies"));
        await cluster.DeactivateAsync(_rig.Queue());
        foreach (var shard in Enumerable.Range(0, 8)) await cluster.DeactivateAsync(cluster.Silo.GetGrain<IAgentDirectoryGrain>(new GrainKey(_rig.Name, $"{shard}").ToString()));

        await _rig.PassAsync(TimeSpan.FromSeconds(1));   // everybody counts as just heard
        await _rig.PassAsync(Dead);

        await _rig.RegisterAsync("lives");
        Assert.Equal((id, "dies"), (Assert.Single(await _rig.ReceiveAsync("lives")) is var taken ? taken.TaskId : "", taken.Handoff?.FromAgent));
        Assert.Equal(AgentStatus.Dead, (await _rig.Agent("dies").GetAsync()).Status);
    }

    [Fact]
    public async Task After_a_restart_tasks_that_had_begun_go_on_and_the_others_are_given_anew()
    {
        await _rig.RegisterAsync("a", maxLoad: 2);
        await _rig.SubmitManyAsync(2);
        var held = await _rig.ReceiveAsync("a", 2);
        await _rig.SayAsync("a", TaskOperation.Start, held[0].TaskId, held[0].Token);
        await cluster.DeactivateAsync(_rig.Agent("a"));
        await cluster.DeactivateAsync(_rig.Queue());

        var again = Assert.Single(await _rig.ReceiveAsync("a"));

        Assert.Equal(held[1].TaskId, again.TaskId);
        Assert.True(again.Token > held[1].Token);
        await _rig.CompleteAsync("a", held[0]);
        await TaskRig.RefusedAsync(Codes.StaleToken, _rig.SayAsync("a", TaskOperation.Start, held[1].TaskId, held[1].Token));
        await _rig.CompleteAsync("a", again);
        Assert.Equal((2L, 0), ((await _rig.Queue().GetAsync()).Completed, (await _rig.Agent("a").GetAsync()).Load));
    }

    [Fact]
    public async Task Of_two_processes_under_one_name_the_newest_wins_and_the_other_is_told()
    {
        await _rig.RegisterAsync("a", instance: "one");
        var id = await _rig.SubmitAsync();
        var old = Assert.Single(await _rig.ReceiveAsync("a"));
        await _rig.SayAsync("a", TaskOperation.Start, id, old.Token);
        var waiting = _rig.Agent("a").ReceiveAsync(new() { WaitSeconds = 30, InstanceId = "one" }, TestContext.Current.CancellationToken);

        await _rig.RegisterAsync("a", instance: "two");

        await SessionCluster.RefusedAsync(Codes.StaleRegistration, () => waiting.WaitAsync(SessionCluster.Patience, TestContext.Current.CancellationToken));
        await SessionCluster.RefusedAsync(Codes.StaleRegistration, () => _rig.Agent("a").HeartbeatAsync(new() { InstanceId = "one" }));
        var anew = (await _rig.Agent("a").ReceiveAsync(new() { WaitSeconds = 30, InstanceId = "two" }, TestContext.Current.CancellationToken)).Items;
        Assert.True(Assert.Single(anew).Token > old.Token);
        await TaskRig.RefusedAsync(Codes.StaleToken, _rig.SayAsync("a", TaskOperation.Complete, id, old.Token));
    }

    [Fact]
    public async Task A_process_that_resumes_gets_what_the_one_before_it_had_with_a_new_token()
    {
        await _rig.RegisterAsync("a", instance: "one");
        var id = await _rig.SubmitAsync();
        var old = Assert.Single(await _rig.ReceiveAsync("a"));
        await _rig.SayAsync("a", TaskOperation.Start, id, old.Token);
        await _rig.RegisterAsync("b", maxLoad: 5);

        await _rig.Agent("a").RegisterAsync(new() { Type = "test", InstanceId = "two", OnReturn = ReturnPolicy.Resume });

        var again = Assert.Single(await _rig.ReceiveAsync("a"));
        Assert.Equal((id, 1), (again.TaskId, again.Attempt));
        Assert.True(again.Token > old.Token);
        await TaskRig.RefusedAsync(Codes.StaleToken, _rig.SayAsync("a", TaskOperation.Complete, id, old.Token));
        await _rig.CompleteAsync("a", again);
    }

    [Fact]
    public async Task An_agent_that_takes_some_types_is_not_given_others_and_they_say_why_they_wait()
    {
        await _rig.Agent("a").RegisterAsync(new() { Type = "test", MaxLoad = 5, TaskTypes = ["build"] });
        var other = await _rig.SubmitAsync(new() { Type = "paint" });
        var mine = await _rig.SubmitAsync(new() { Type = "build" });

        Assert.Equal(mine, Assert.Single(await _rig.ReceiveAsync("a")).TaskId);
        var why = await _rig.Queue().ExplainAsync(other);
        Assert.Equal(TaskReason.NoCapableAgent, why.Reason);
        Assert.Contains("type paint", why.Explanation, StringComparison.Ordinal);
        Assert.Equal(["build"], (await _rig.Agent("a").GetAsync()).TaskTypes!.Value);

        await _rig.Agent("a").RegisterAsync(new() { Type = "test", MaxLoad = 5, TaskTypes = [] });
        Assert.Equal(other, Assert.Single(await _rig.ReceiveAsync("a")).TaskId);
    }

    [Fact]
    public async Task An_agent_in_maintenance_keeps_what_it_has_and_is_given_nothing_new()
    {
        await _rig.RegisterAsync("a", maxLoad: 5);
        var first = await _rig.SubmitAsync();
        var task = Assert.Single(await _rig.ReceiveAsync("a"));
        await _rig.Agent("a").HeartbeatAsync(new() { Status = AgentStatus.Maintenance });

        await _rig.SubmitAsync();
        Assert.Empty((await _rig.PollAsync("a")).Items);
        Assert.Equal(first, (await _rig.CompleteAsync("a", task)).TaskId);
        Assert.Empty((await _rig.PollAsync("a")).Items);
        await _rig.Agent("a").HeartbeatAsync(new() { Status = AgentStatus.Active });

        Assert.Single(await _rig.ReceiveAsync("a"));
    }

    [Fact]
    public async Task An_agent_serves_all_queues_and_none_is_forgotten()
    {
        await _rig.RegisterAsync("a");
        foreach (var queue in (string[])["x", "y", "z"])
            for (var i = 0; i < 5; i++) await _rig.SubmitAsync(new() { Type = queue, Queue = queue });

        var order = new List<string>();
        for (var i = 0; i < 15; i++)
        {
            var task = Assert.Single(await _rig.ReceiveAsync("a"));
            order.Add(task.Queue);
            await _rig.CompleteAsync("a", task);
        }

        Assert.All(order.GroupBy(q => q), g => Assert.Equal(5, g.Count()));
        Assert.Equal(3, order.Take(6).Distinct().Count());
    }

    [Fact]
    public async Task With_a_session_its_tasks_go_to_the_other_agent_and_both_loads_are_right()
    {
        await _rig.RegisterAsync("a", maxLoad: 3);
        var session = cluster.Session(SessionCluster.NewId(), _rig.Name);
        var id = (await session.CreateAsync(new() { AgentId = "a" })).SessionId;
        foreach (var of in (string?[])[id, id, null]) await _rig.SubmitAsync(new() { Type = "x", SessionId = of });
        var held = await _rig.ReceiveAsync("a", 3);
        var moves = held.Where(t => t.SessionId == id).ToArray();
        await _rig.SayAsync("a", TaskOperation.Heartbeat, moves[0].TaskId, moves[0].Token, r => r with { Progress = JsonText.Parse("0.3") });
        await _rig.RegisterAsync("b", maxLoad: 3);
        await _rig.RegisterAsync("c", maxLoad: 3);

        await session.HandOverAsync(new() { FromAgent = "a", ToAgent = "b", Reason = "knows it better" });

        var taken = await _rig.ReceiveAsync("b", 2);
        Assert.Equal(moves.Select(t => t.TaskId).Order(), taken.Select(t => t.TaskId).Order());
        Assert.Equal(("a", AttemptOutcome.HandedOver, "0.3"), (taken.Single(t => t.TaskId == moves[0].TaskId).Handoff is { } note ? (note.FromAgent, note.Reason, note.Progress?.Text) : default));
        Assert.All(taken, t => Assert.Equal(1, t.Attempt));
        Assert.Equal(2, (await _rig.PollAsync("a")).Revoked.Length);
        Assert.Equal((1, 2, 0), ((await _rig.Agent("a").GetAsync()).Load, (await _rig.Agent("b").GetAsync()).Load, (await _rig.Agent("c").GetAsync()).Load));
        Assert.Equal([id], (await _rig.Agent("b").GetAsync()).CurrentSessions);
        await TaskRig.RefusedAsync(Codes.StaleToken, _rig.SayAsync("a", TaskOperation.Complete, moves[0].TaskId, moves[0].Token));
        Assert.Equal(2, (await _rig.Tasks.GetMetricsAsync()).HandoffCount);
    }

    [Fact]
    public async Task With_a_session_no_task_goes_to_an_agent_that_cannot_do_it()
    {
        await _rig.RegisterAsync("a", maxLoad: 2, capabilities: "paint");
        var session = cluster.Session(SessionCluster.NewId(), _rig.Name);
        var id = (await session.CreateAsync(new() { AgentId = "a" })).SessionId;
        await _rig.SubmitAsync(new() { Type = "x", SessionId = id, RequiredCapabilities = ["paint"] });
        var task = Assert.Single(await _rig.ReceiveAsync("a"));
        await _rig.RegisterAsync("b");

        await session.HandOverAsync(new() { FromAgent = "a", ToAgent = "b", Reason = "has time" });

        Assert.Empty((await _rig.PollAsync("a")).Revoked);
        await _rig.CompleteAsync("a", task);
    }

    [Fact]
    public async Task Heartbeats_write_nothing()
    {
        await _rig.RegisterAsync("a");
        var appends = 0;
        cluster.Faults.OnAppend = (_, append) =>
        {
            Interlocked.Increment(ref appends);
            return append();
        };

        for (var i = 0; i < 100; i++) await _rig.Agent("a").HeartbeatAsync(new() { Status = AgentStatus.Active });

        cluster.Faults.Heal();
        Assert.Equal(0, appends);
    }

    [Fact]
    public async Task What_was_received_in_vain_is_given_back_and_goes_to_whoever_has_room()
    {
        await _rig.RegisterAsync("a");
        var id = await _rig.SubmitAsync();
        var lost = await _rig.ReceiveAsync("a");
        await _rig.RegisterAsync("b");

        await _rig.Agent("a").GiveBackAsync(lost);

        await TaskRig.UntilAsync(async () => (await _rig.Tasks.GetAsync(id)).History.Length == 2);
        Assert.Equal(AttemptOutcome.NotStarted, (await _rig.Tasks.GetAsync(id)).History[0].Outcome);
        await TaskRig.RefusedAsync(Codes.StaleToken, _rig.SayAsync("a", TaskOperation.Start, id, lost[0].Token));
    }
}
