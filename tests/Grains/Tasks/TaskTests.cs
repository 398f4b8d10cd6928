using Memento.Agents;
using Memento.Tasks;
using Memento.Tests.Storage;
using Xunit;
using static Memento.Tests.Grains.Tasks.TaskRig;

namespace Memento.Tests.Grains.Tasks;

public sealed class SqliteTaskTests(SessionClusterFixture<SqliteTestDatabase> fixture) : TaskActs(fixture.Cluster), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlTaskTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : TaskActs(fixture.Cluster), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>Tasks from being submitted to their end.</summary>
public abstract class TaskActs(SessionCluster cluster)
{
    private readonly TaskRig _rig = new(cluster);

    [Fact]
    public async Task A_completion_that_is_repeated_is_answered_the_same_and_one_with_another_result_is_refused()
    {
        await _rig.RegisterAsync("a");
        await _rig.SubmitAsync();
        var task = Assert.Single(await _rig.ReceiveAsync("a"));
        Assert.Equal("\"half\"", (await _rig.SayAsync("a", TaskOperation.Start, task.TaskId, task.Token, r => r with { Progress = JsonText.Parse("\"half\"") })).Value().Progress?.Text);

        await _rig.CompleteAsync("a", task, "1");

        Assert.Equal("1", (await _rig.CompleteAsync("a", task, "1")).Result?.Text);
        await TaskRig.RefusedAsync(Codes.TaskOver, _rig.SayAsync("a", TaskOperation.Complete, task.TaskId, task.Token, r => r with { Result = JsonText.Parse("2") }));
        Assert.Equal("1", (await _rig.Tasks.GetAsync(task.TaskId)).Result?.Text);
    }

    [Fact]
    public async Task A_task_goes_to_an_agent_that_can_do_it_and_its_result_can_be_read()
    {
        await _rig.RegisterAsync("a", capabilities: ["build"]);
        var id = await _rig.SubmitAsync(new() { Type = "compile", RequiredCapabilities = ["build"], Payload = JsonText.Parse("""{"file":"x.c"}"""), SessionId = "s1" });

        var task = Assert.Single(await _rig.ReceiveAsync("a"));
        Assert.Equal((id, "compile", "s1", """{"file":"x.c"}""", 1), (task.TaskId, task.Type, task.SessionId, task.Payload?.Text, task.Attempt));
        Assert.Equal(WorkStatus.Assigned, await _rig.StatusAsync(id));
        await _rig.SayAsync("a", TaskOperation.Start, id, task.Token);
        Assert.Equal(WorkStatus.Running, await _rig.StatusAsync(id));
        await _rig.CompleteAsync("a", task, """{"ok":true}""");

        var view = await _rig.Tasks.GetAsync(id);
        Assert.Equal((WorkStatus.Completed, """{"ok":true}""", """{"file":"x.c"}""", null, 1), (view.Status, view.Result?.Text, view.Payload?.Text, view.AssignedAgent, view.Attempts));
        var agent = await _rig.Agent("a").GetAsync();
        Assert.Equal((0, 1L, AgentStatus.Idle, 0.0), (agent.Load, agent.TotalTasksCompleted, agent.Status, agent.ErrorRate));
    }

    [Fact]
    public async Task Of_four_tasks_an_agent_with_room_for_two_gets_two_and_two_wait()
    {
        await _rig.RegisterAsync("a", maxLoad: 2);
        await _rig.SubmitManyAsync(4);

        Assert.Equal(2, (await _rig.ReceiveAsync("a", 2)).Length);
        var queue = await _rig.Queue().GetAsync();
        Assert.Equal((2L, 2L), (queue.Queued, queue.Assigned));
        Assert.Empty((await _rig.PollAsync("a")).Items);
        Assert.Equal((2, AgentStatus.Busy), ((await _rig.Agent("a").GetAsync()).Load, (await _rig.Agent("a").GetAsync()).Status));
    }

    [Fact]
    public async Task Free_capacity_pulls_work_at_once()
    {
        await _rig.RegisterAsync("a");
        await _rig.SubmitManyAsync(3);

        for (var i = 0; i < 3; i++) await _rig.CompleteAsync("a", Assert.Single(await _rig.ReceiveAsync("a")));

        var queue = await _rig.Queue().GetAsync();
        Assert.Equal((0L, 0L, 0L, 3L), (queue.Queued, queue.Assigned, queue.Running, queue.Completed));
    }

    [Fact]
    public async Task Two_thousand_tasks_are_each_done_once_by_whoever_has_room()
    {
        var agents = Enumerable.Range(0, 8).Select(i => $"a{i}").ToArray();
        foreach (var agent in agents) await _rig.RegisterAsync(agent, maxLoad: 5);
        foreach (var _ in Enumerable.Range(0, 4)) await _rig.SubmitManyAsync(500);
        var left = 2_000;
        var done = await Task.WhenAll(agents.Select(async agent =>
        {
            var mine = new List<string>();
            while (Volatile.Read(ref left) > 0)
            {
                foreach (var task in (await _rig.PollAsync(agent)).Items)
                {
                    await _rig.CompleteAsync(agent, task);
                    mine.Add(task.TaskId);
                    Interlocked.Decrement(ref left);
                }
            }

            return mine;
        })).WaitAsync(SessionCluster.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(2_000, done.SelectMany(d => d).Distinct().Count());
        Assert.Equal(2_000, done.Sum(d => d.Count));
        Assert.Equal(2_000, (await _rig.Queue().GetAsync()).Completed);
        foreach (var agent in agents) Assert.Equal(0, (await _rig.Agent(agent).GetAsync()).Load);
        Assert.Equal(2_000, (await _rig.Agents.ListAsync(new())).Items.Sum(a => a.TotalTasksCompleted));
    }

    [Fact]
    public async Task Whoever_has_a_stale_token_is_refused_counted_and_told()
    {
        await _rig.RegisterAsync("a");
        await _rig.RegisterAsync("b");
        var id = await _rig.SubmitAsync(new() { Type = "x", RequiredCapabilities = [] });
        await UntilAsync(async () => await _rig.StatusAsync(id) == WorkStatus.Assigned);
        var owner = (await _rig.Tasks.GetAsync(id)).AssignedAgent!;
        var other = owner == "a" ? "b" : "a";
        var token = Assert.Single(await _rig.ReceiveAsync(owner)).Token;

        foreach (var operation in Enum.GetValues<TaskOperation>())
        {
            await RefusedAsync(Codes.StaleToken, _rig.SayAsync(other, operation, id, token));
            await RefusedAsync(Codes.StaleToken, _rig.SayAsync(owner, operation, id, token + 1));
        }

        var view = await _rig.Tasks.GetAsync(id);
        Assert.Equal((8L, "fail", WorkStatus.Assigned), (view.StaleCalls!.Count, view.StaleCalls.Operation, view.Status));
        Assert.Equal(8, (await _rig.Queue().GetAsync()).Refused);
        Assert.Equal(1, (await _rig.Agent(owner).GetAsync()).Load);
        await RefusedAsync(Codes.TaskNotFound, _rig.SayAsync("a", TaskOperation.Start, "no-such-task", 1));
    }

    [Fact]
    public async Task Completing_again_with_the_same_token_is_answered_the_same_and_done_once()
    {
        await _rig.RegisterAsync("a");
        await _rig.SubmitAsync();
        var task = Assert.Single(await _rig.ReceiveAsync("a"));

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _rig.CompleteAsync("a", task)));
        await _rig.CompleteAsync("a", task);

        Assert.Equal(1, (await _rig.Queue().GetAsync()).Completed);
        Assert.Equal(1, (await _rig.Agent("a").GetAsync()).TotalTasksCompleted);
    }

    [Fact]
    public async Task The_same_key_submits_once_and_the_same_id_is_refused()
    {
        SubmitTask[] tasks = [new() { Type = "x", TaskId = "t1" }, new() { Type = "x" }];
        var first = await _rig.Queue().SubmitAsync([.. tasks], "key");
        var again = await _rig.Queue().SubmitAsync([.. tasks], "key");

        Assert.Equal(first.Select(t => t.TaskId), again.Select(t => t.TaskId));
        await SessionCluster.RefusedAsync(Codes.IdempotencyKeyReused, () => _rig.Queue().SubmitAsync([tasks[1]], "key"));
        await SessionCluster.RefusedAsync(Codes.TaskExists, () => _rig.Queue().SubmitAsync([tasks[0]]));
        await SessionCluster.RefusedAsync(Codes.TaskExists, () => _rig.Queue("other").SubmitAsync([tasks[0] with { Queue = "other" }]));
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.Queue().SubmitAsync([tasks[1] with { Queue = "other" }]));
        Assert.Equal(2, (await _rig.Queue().GetAsync()).Queued);
    }

    [Fact]
    public async Task A_request_that_is_repeated_while_it_is_under_way_is_answered_the_same()
    {
        SubmitTask[] tasks = [new() { Type = "build", TaskId = $"mine-{SessionCluster.NewId()}" }];

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _rig.Queue().SubmitAsync([.. tasks], "key")));

        Assert.All(answers, answer => Assert.Equal((answers[0][0].TaskId, answers[0][0].CreatedAt), (answer[0].TaskId, answer[0].CreatedAt)));
        Assert.Equal(1, (await _rig.Queue().GetAsync()).Submitted);
    }

    [Fact]
    public async Task A_task_whose_time_is_up_fails_once_however_often_its_time_was_set()
    {
        await _rig.RegisterAsync("a");
        var id = await _rig.SubmitAsync(new() { Type = "x", Deadline = cluster.Clock.GetUtcNow().AddSeconds(10), StartToCloseMs = 9_000, MaxAttempts = 1 });
        var task = Assert.Single(await _rig.ReceiveAsync("a"));
        (await _rig.SayAsync("a", TaskOperation.Start, id, task.Token)).Value();
        for (var i = 1; i <= 3; i++) (await _rig.SayAsync("a", TaskOperation.Heartbeat, id, task.Token, r => r with { Progress = new($"{i}") })).Value();

        await _rig.PassAsync(TimeSpan.FromSeconds(11));

        await _rig.UntilAsync(id, WorkStatus.Failed);
        Assert.Equal((1, 0), ((await _rig.Queue().GetAsync()).Failed, (await _rig.Agent("a").GetAsync()).Load));
    }

    [Fact]
    public async Task The_same_id_submitted_to_two_queues_at_once_is_taken_once()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            try
            {
                await _rig.Queue($"q{i}").SubmitAsync([new() { Type = "x", TaskId = "same", Queue = $"q{i}" }]);
                return "";
            }
            catch (MementoException e)
            {
                return e.Code;
            }
        }));

        Assert.Single(outcomes, "");
        Assert.Equal(5, outcomes.Count(code => code == Codes.TaskExists));
    }

    [Fact]
    public async Task A_failed_attempt_is_tried_again_after_a_pause_and_the_last_one_is_the_end()
    {
        await _rig.RegisterAsync("a");
        var id = await _rig.SubmitAsync(new() { Type = "x", MaxAttempts = 2 });
        var first = Assert.Single(await _rig.ReceiveAsync("a"));
        await _rig.SayAsync("a", TaskOperation.Fail, id, first.Token, r => r with { Error = "boom" });
        Assert.Equal(TaskReason.BackingOff, (await _rig.Queue().ExplainAsync(id)).Reason);
        Assert.Empty((await _rig.PollAsync("a")).Items);

        await _rig.PassAsync(TimeSpan.FromSeconds(2));
        var second = Assert.Single(await _rig.ReceiveAsync("a"));
        Assert.True(second.Token > first.Token);
        Assert.Equal((2, "boom"), (second.Attempt, second.Handoff?.Error));
        await _rig.SayAsync("a", TaskOperation.Fail, id, second.Token);

        Assert.Equal(WorkStatus.Failed, await _rig.StatusAsync(id));
        Assert.Equal(id, Assert.Single((await _rig.Tasks.ListAsync(new() { Status = WorkStatus.Failed })).Items).TaskId);
        Assert.Equal(1, (await _rig.Agent("a").GetAsync()).ErrorRate);
        await _rig.Queue().RetryAsync(id);
        Assert.Equal((id, 1), (Assert.Single(await _rig.ReceiveAsync("a")) is var third ? third.TaskId : "", third.Attempt));
    }

    [Fact]
    public async Task Cancelling_a_running_task_frees_its_agent_which_is_told()
    {
        await _rig.RegisterAsync("a");
        var id = await _rig.SubmitAsync();
        var task = Assert.Single(await _rig.ReceiveAsync("a"));
        await _rig.SayAsync("a", TaskOperation.Start, id, task.Token);
        var waiting = _rig.Agent("a").ReceiveAsync(new() { WaitSeconds = 30 }, TestContext.Current.CancellationToken);

        Assert.Equal(WorkStatus.Cancelled, (await _rig.Queue().CancelAsync(id, new() { Reason = "no need" })).Status);

        Assert.Equal(new RevokedTask(id, task.Token, AttemptOutcome.Cancelled), Assert.Single((await waiting.WaitAsync(SessionCluster.Patience, TestContext.Current.CancellationToken)).Revoked));
        await RefusedAsync(Codes.StaleToken, _rig.SayAsync("a", TaskOperation.Complete, id, task.Token));
        Assert.Equal(0, (await _rig.Agent("a").GetAsync()).Load);
        await SessionCluster.RefusedAsync(Codes.TaskNotFound, () => _rig.Queue().CancelAsync("nothing", new()));
        await _rig.Queue().CancelAsync(id, new());
    }

    [Fact]
    public async Task A_task_that_waits_for_others_begins_when_they_have_ended_also_in_another_queue()
    {
        await _rig.RegisterAsync("a", maxLoad: 5);
        await _rig.SubmitAsync(new() { Type = "x", TaskId = "first", Queue = "other" });
        await _rig.Queue().SubmitAsync([new() { Type = "x", TaskId = "second" }, new() { Type = "x", TaskId = "third", DependsOn = ["first", "second"] }]);
        Assert.Equal(["first", "second"], (await _rig.Queue().ExplainAsync("third")).WaitsFor.Order());
        var given = await _rig.ReceiveAsync("a", 2);
        Assert.DoesNotContain(given, t => t.TaskId == "third");

        foreach (var task in given) await _rig.CompleteAsync("a", task);

        Assert.Equal("third", Assert.Single(await _rig.ReceiveAsync("a")).TaskId);
        await _rig.SubmitAsync(new() { Type = "x", TaskId = "late", DependsOn = ["first"] });
        Assert.Equal("late", Assert.Single(await _rig.ReceiveAsync("a")).TaskId);
        await SessionCluster.RefusedAsync(Codes.ValidationFailed, () => _rig.SubmitAsync(new() { Type = "x", DependsOn = ["nowhere"] }));
    }

    [Fact]
    public async Task When_a_dependency_fails_those_that_wait_fail_or_go_on_as_they_chose()
    {
        await _rig.RegisterAsync("a", maxLoad: 5);
        await _rig.Queue().SubmitAsync(
        [
            new() { Type = "x", TaskId = "root" }, new() { Type = "x", TaskId = "fails", DependsOn = ["root"] }, new() { Type = "x", TaskId = "fails-too", DependsOn = ["fails"] },
            new() { Type = "x", TaskId = "goes-on", DependsOn = ["root"], OnDependencyFailure = DependencyFailure.Release },
        ]);

        await _rig.Queue().CancelAsync("root", new());

        await _rig.UntilAsync("fails-too", WorkStatus.Failed);
        Assert.Equal(WorkStatus.Failed, await _rig.StatusAsync("fails"));
        Assert.Equal("goes-on", Assert.Single(await _rig.ReceiveAsync("a")).TaskId);
    }
}
