using Memento.Agents;
using Memento.Tasks;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains.Tasks;

public sealed class SqliteTaskQueueTests(SessionClusterFixture<SqliteTestDatabase> fixture) : TaskQueueActs(fixture.Cluster), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlTaskQueueTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : TaskQueueActs(fixture.Cluster), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>How queues give their tasks out, and what is told of it.</summary>
public abstract class TaskQueueActs(SessionCluster cluster)
{
    private readonly TaskRig _rig = new(cluster);

    [Fact]
    public async Task Large_payloads_come_a_few_at_a_time_and_all_of_them()
    {
        var payload = JsonText.Parse($"\"{new string('x', 1_000_000)}\"");
        var ids = new List<string>();
        for (var i = 0; i < 30; i++) ids.Add(await _rig.SubmitAsync(new() { Type = "large", Payload = payload }));
        await _rig.RegisterAsync("a", maxLoad: 100);

        var (came, most) = (new List<string>(), 0);
        while (came.Count < ids.Count)
        {
            var some = (await _rig.Agent("a").ReceiveAsync(new() { Max = 100, WaitSeconds = 30 }, TestContext.Current.CancellationToken)).Items;
            most = Math.Max(most, some.Length);
            came.AddRange(some.Select(t => t.TaskId));
        }

        Assert.InRange(most, 1, 9);
        Assert.Equal(ids.Order(), came.Order());
        foreach (var id in ids) Assert.Single((await _rig.Tasks.GetAsync(id)).History);   // none was given before there was room to tell of it
    }

    [Fact]
    public async Task A_chain_that_is_retried_from_its_beginning_is_done_in_order()
    {
        var first = await _rig.SubmitAsync(new() { Type = "build", RequiredCapabilities = ["nobody"] });
        var second = await _rig.SubmitAsync(new() { Type = "build", DependsOn = [first] });
        var third = await _rig.SubmitAsync(new() { Type = "build", DependsOn = [second] });
        await _rig.Queue().CancelAsync(first, new());
        await _rig.UntilAsync(third, WorkStatus.Failed);

        await _rig.Queue().RetryAsync(second);
        Assert.Equal([second], (await _rig.Queue().RetryAsync(third)).WaitsFor);

        await _rig.RegisterAsync("a", maxLoad: 9);
        var task = Assert.Single(await _rig.ReceiveAsync("a"));
        Assert.Equal((second, WorkStatus.Queued), (task.TaskId, await _rig.StatusAsync(third)));
        await _rig.CompleteAsync("a", task);
        Assert.Equal(third, Assert.Single(await _rig.ReceiveAsync("a")).TaskId);
    }

    [Fact]
    public async Task Room_that_large_payloads_leave_in_one_answer_is_used_at_once()
    {
        var payload = JsonText.Parse($"\"{new string('x', 1_000_000)}\"");
        await _rig.RegisterAsync("a", maxLoad: 12);
        await _rig.SubmitManyAsync(12);
        var small = await _rig.ReceiveAsync("a", 12);
        for (var i = 0; i < 12; i++) await _rig.SubmitAsync(new() { Type = "large", Payload = payload });

        await _rig.Agent("a").ReportAsync([.. small.Select(t => new TaskSaying(t.TaskId, TaskOperation.Complete, new() { AgentId = "a", Token = t.Token }))]);

        await TaskRig.UntilAsync(async () => (await _rig.Queue().GetAsync()).Assigned == 12);
    }

    [Fact]
    public async Task What_was_released_from_one_that_failed_waits_for_it_when_both_are_retried_and_is_told_of_its_end()
    {
        var first = await _rig.SubmitAsync(new() { Type = "build", RequiredCapabilities = ["nobody"] });
        await _rig.Queue().CancelAsync(first, new());
        var second = await _rig.SubmitAsync(new() { Type = "build", Queue = "other", DependsOn = [first], OnDependencyFailure = DependencyFailure.Release });
        await _rig.Queue("other").CancelAsync(second, new());
        await _rig.Queue().RetryAsync(first);
        Assert.Equal([first], (await _rig.Queue("other").RetryAsync(second)).WaitsFor);

        await _rig.RegisterAsync("a", capabilities: "nobody");
        await _rig.CompleteAsync("a", Assert.Single(await _rig.ReceiveAsync("a")));

        Assert.Equal(second, Assert.Single(await _rig.ReceiveAsync("a")).TaskId);
    }

    [Fact]
    public async Task An_agent_that_did_not_begin_in_a_tasks_time_is_given_no_others_to_spoil_until_it_receives()
    {
        await _rig.RegisterAsync("a");
        var first = await _rig.SubmitAsync(new() { Type = "build", ScheduleToStartMs = 3_000 });
        await _rig.UntilAsync(first, WorkStatus.Assigned);
        await _rig.PassAsync(TimeSpan.FromSeconds(4));
        await _rig.UntilAsync(first, WorkStatus.Failed);
        await TaskRig.UntilAsync(async () => (await _rig.Agent("a").GetAsync()).Load == 0);

        var second = await _rig.SubmitAsync(new() { Type = "build", ScheduleToStartMs = 3_000 });
        await _rig.Agent("a").HeartbeatAsync(new());
        await _rig.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Contains("does not receive", (await _rig.Queue().ExplainAsync(second)).Explanation, StringComparison.Ordinal);
        Assert.Equal(second, Assert.Single(await _rig.ReceiveAsync("a")).TaskId);
    }

    [Fact]
    public async Task Whoever_receives_a_task_is_told_when_the_first_of_its_times_is_up()
    {
        await _rig.RegisterAsync("a", maxLoad: 2);
        await _rig.SubmitAsync(new() { Type = "build", ScheduleToStartMs = 3_000 });
        var task = Assert.Single(await _rig.ReceiveAsync("a"));

        Assert.Equal((await _rig.Tasks.GetAsync(task.TaskId)).CreatedAt.AddSeconds(3), task.StartBy);
        Assert.Contains("has not begun; it fails at ", (await _rig.Queue().ExplainAsync(task.TaskId)).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_that_is_paused_gives_nothing_out_and_says_so()
    {
        await _rig.RegisterAsync("a");
        await _rig.Queue().ConfigureAsync(new() { Paused = true });
        var id = await _rig.SubmitAsync();
        Assert.Equal(TaskReason.QueuePaused, (await _rig.Queue().ExplainAsync(id)).Reason);
        Assert.Empty((await _rig.PollAsync("a")).Items);

        await _rig.Queue().ConfigureAsync(new() { Paused = false, Strategy = LoadBalancing.RoundRobin });

        Assert.Equal(id, Assert.Single(await _rig.ReceiveAsync("a")).TaskId);
        var queue = Assert.Single(await _rig.Tasks.GetQueuesAsync());
        Assert.Equal((LoadBalancing.RoundRobin, false), (queue.Settings.Strategy, queue.Settings.Paused));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.Queue().ConfigureAsync(new() { AgeingSeconds = -1 }));
        await SessionCluster.RefusedAsync(Codes.QueueNotFound, () => _rig.Queue("none").GetAsync());
    }

    [Fact]
    public async Task It_is_explained_why_a_task_waits()
    {
        var id = await _rig.SubmitAsync(new() { Type = "x", RequiredCapabilities = ["gpu"] });
        Assert.Equal((TaskReason.NoCapableAgent, "No agent that is alive has capability gpu."), ((await _rig.Queue().ExplainAsync(id)).Reason, (await _rig.Queue().ExplainAsync(id)).Explanation));
        await _rig.RegisterAsync("cpu", capabilities: ["cpu"]);
        Assert.Equal("No agent that is alive has capability gpu.", (await _rig.Queue().ExplainAsync(id)).Explanation);

        await _rig.RegisterAsync("gpu", capabilities: ["gpu"]);
        await _rig.UntilAsync(id, WorkStatus.Assigned);
        var second = await _rig.SubmitAsync(new() { Type = "x", RequiredCapabilities = ["gpu"] });
        var full = await _rig.Queue().ExplainAsync(second);
        Assert.Equal((TaskReason.AgentsFull, 1, 0), (full.Reason, full.CapableAgents, full.FreeAgents));
        Assert.Equal(TaskReason.NotStarted, (await _rig.Queue().ExplainAsync(id)).Reason);
    }

    [Fact]
    public async Task An_agent_that_does_not_begin_loses_the_task_to_another_and_gets_nothing_until_it_asks()
    {
        await _rig.RegisterAsync("lazy");
        var id = await _rig.SubmitAsync();
        await _rig.UntilAsync(id, WorkStatus.Assigned);
        await _rig.RegisterAsync("b");

        cluster.Clock.Advance(TimeSpan.FromSeconds(40));
        await _rig.Agent("lazy").HeartbeatAsync(new());
        await _rig.Agent("b").HeartbeatAsync(new());
        await _rig.PassAsync(TimeSpan.FromSeconds(30));

        var task = Assert.Single(await _rig.ReceiveAsync("b"));
        Assert.Equal((id, 1), (task.TaskId, task.Attempt));
        Assert.Equal(AttemptOutcome.NotStarted, Assert.Single((await _rig.PollAsync("lazy")).Revoked).Reason);
    }

    [Fact]
    public async Task Tasks_are_listed_newest_first_by_what_is_asked()
    {
        await _rig.RegisterAsync("a");
        var first = await _rig.SubmitAsync(new() { Type = "x", SessionId = "s1" });
        var mine = Assert.Single(await _rig.ReceiveAsync("a"));
        await _rig.CompleteAsync("a", mine);
        cluster.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await _rig.SubmitAsync(new() { Type = "x", Queue = "other", RequiredCapabilities = ["none"] });
        cluster.Clock.Advance(TimeSpan.FromSeconds(1));
        var third = await _rig.SubmitAsync(new() { Type = "x", SessionId = "s1", RequiredCapabilities = ["none"], Priority = 7 });

        Assert.Equal([third, second, first], await ListAsync(new()));
        Assert.Equal([third, second], await ListAsync(new() { Status = WorkStatus.Queued }));
        Assert.Equal([first], await ListAsync(new() { Status = WorkStatus.Completed }));
        Assert.Equal([third, first], await ListAsync(new() { SessionId = "s1" }));
        Assert.Equal([second], await ListAsync(new() { Queue = "other" }));
        Assert.Equal([first], await ListAsync(new() { AgentId = "a", Status = WorkStatus.Completed, SessionId = "s1", Queue = "default" }));
        Assert.Empty(await ListAsync(new() { Queue = "nowhere" }));
        var page = await _rig.Tasks.ListAsync(new() { Limit = 2 });
        Assert.Equal([first], (await _rig.Tasks.ListAsync(new() { Limit = 2, Cursor = page.NextCursor })).Items.Select(t => t.TaskId));

        var metrics = await _rig.Tasks.GetMetricsAsync();
        Assert.Equal((1L, 2L, 1L, 0L, 1L), (metrics.TotalAgents, metrics.QueuedTasks, metrics.CompletedTasks, metrics.RunningTasks, metrics.QueueDepthByPriority["7"]));

        async Task<IEnumerable<string>> ListAsync(TaskQuery query) => (await _rig.Tasks.ListAsync(query)).Items.Select(t => t.TaskId);
    }
}
