using System.Collections.Concurrent;
using Memento.Agents;
using Memento.Tasks;
using Memento.Tests.Grains;
using Memento.Tests.Grains.Tasks;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Client;

/// <summary>A program that is an agent.</summary>
public sealed class AgentRunnerTests(SessionClusterFixture<SqliteTestDatabase> fixture) : IClassFixture<SessionClusterFixture<SqliteTestDatabase>>, IAsyncDisposable
{
    private readonly TaskRig _rig = new(fixture.Cluster);
    private readonly CancellationTokenSource _stop = new(), _end = new();
    private readonly ConcurrentQueue<string> _told = [];
    private readonly List<Task> _running = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Task Run(Func<AgentTask, CancellationToken, Task<JsonText?>> handle, string id = "a", int max = 2, string? capability = null, Func<IAgentClient, IAgentClient>? through = null, TimeSpan? beat = null)
    {
        var options = new AgentRunnerOptions { AgentId = id, MaxLoad = max, HeartbeatInterval = beat ?? TimeSpan.FromMilliseconds(50), DrainTimeout = SessionCluster.Patience };
        if (capability is not null) options.Capabilities.Add(capability);
        var agents = MementoClient.Over(fixture.Cluster.Client, new()).Agents(_rig.Name);
        agents = through?.Invoke(agents) ?? agents;
        var run = Task.Run(() => new AgentRunner(agents, options, handle, _told.Enqueue).RunAsync(_stop.Token, _end.Token), Token);
        _running.Add(run);
        return run;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).WaitAsync(SessionCluster.Patience, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _end.Dispose();
    }

    [Fact]
    public async Task It_does_what_it_is_given_and_no_more_at_a_time_than_it_may()
    {
        var (at, most) = (0, 0);
        _ = Run(async (task, ct) =>
        {
            var now = Interlocked.Increment(ref at);
            InterlockedMax(ref most, now);
            await task.ProgressAsync(JsonText.Parse("0.5"), ct);
            Interlocked.Decrement(ref at);
            return JsonText.Parse($"{{\"was\":{task.Task.Payload!.Text}}}");
        });

        var ids = await _rig.SubmitManyAsync(40);

        await TaskRig.UntilAsync(async () => (await _rig.Tasks.ListAsync(new() { Status = WorkStatus.Completed, Limit = 100 })).Items.Length == 40);
        Assert.InRange(most, 1, 2);
        var view = await _rig.Tasks.GetAsync(ids[7]);
        Assert.Equal(("""{"was":{"n":7}}""", "0.5"), (view.Result?.Text, view.Progress?.Text));
        Assert.Equal(0, (await _rig.Agent("a").GetAsync()).Load);
    }

    [Fact]
    public async Task A_handler_that_throws_fails_the_attempt_and_one_that_says_so_the_task()
    {
        _ = Run((task, _) => task.Task.Type == "final" ? throw new TaskFailedException("never") : throw new InvalidOperationException("not now"));

        var final = await _rig.SubmitAsync(new() { Type = "final" });
        var again = await _rig.SubmitAsync(new() { Type = "again", MaxAttempts = 2 });

        await _rig.UntilAsync(final, WorkStatus.Failed);
        Assert.Equal(("never", 1), ((await _rig.Tasks.GetAsync(final)).Error, (await _rig.Tasks.GetAsync(final)).Attempts));
        await TaskRig.UntilAsync(async () => (await _rig.Tasks.GetAsync(again)).NotBefore is not null);
        await _rig.PassAsync(TimeSpan.FromSeconds(3));
        await _rig.UntilAsync(again, WorkStatus.Failed);
        Assert.Equal(("not now", 2), ((await _rig.Tasks.GetAsync(again)).Error, (await _rig.Tasks.GetAsync(again)).Attempts));
    }

    [Fact]
    public async Task A_handler_whose_task_is_cancelled_is_told_and_its_agent_goes_on()
    {
        var cancelled = new TaskCompletionSource();
        _ = Run(async (task, ct) =>
        {
            if (task.Task.Type != "long") return null;
            await using var registration = ct.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, ct);
            return null;
        }, max: 1);
        var id = await _rig.SubmitAsync(new() { Type = "long" });
        await _rig.UntilAsync(id, WorkStatus.Running);

        await _rig.Queue().CancelAsync(id, new());

        await cancelled.Task.WaitAsync(SessionCluster.Patience, Token);
        await _rig.UntilAsync(await _rig.SubmitAsync(), WorkStatus.Completed);
        Assert.Equal(WorkStatus.Cancelled, await _rig.StatusAsync(id));
        Assert.Contains($"{id} was cancelled", _told);
    }

    [Fact]
    public async Task A_task_whose_time_is_up_is_told_as_lost_with_the_reason()
    {
        _ = Run(async (_, ct) =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            return null;
        });
        var id = await _rig.SubmitAsync(new() { Type = "long", StartToCloseMs = 5_000, MaxAttempts = 1 });
        await _rig.UntilAsync(id, WorkStatus.Running);

        await _rig.PassAsync(TimeSpan.FromSeconds(6));

        await TaskRig.UntilAsync(() => Task.FromResult(_told.Any(t => t.StartsWith($"{id} was lost: ", StringComparison.Ordinal) && t.Contains("its time was up", StringComparison.Ordinal))));
        Assert.DoesNotContain(_told, t => t.Contains("canceled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_it_is_to_end_now_what_runs_is_cancelled_and_reported_as_stopped()
    {
        var run = Run(async (_, ct) =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            return null;
        });
        var id = await _rig.SubmitAsync(new() { Type = "long", MaxAttempts = 1 });
        await _rig.UntilAsync(id, WorkStatus.Running);

        await _stop.CancelAsync();
        await TaskRig.UntilAsync(async () => (await _rig.Agent("a").GetAsync()).Status is AgentStatus.Maintenance);
        Assert.Equal(WorkStatus.Running, await _rig.StatusAsync(id));
        await _end.CancelAsync();
        await run.WaitAsync(SessionCluster.Patience, Token);

        Assert.Equal((WorkStatus.Failed, "The agent was stopped."), (await _rig.StatusAsync(id), (await _rig.Tasks.GetAsync(id)).Error));
        Assert.Contains($"{id} is stopped", _told);
    }

    [Fact]
    public async Task When_it_is_stopped_what_runs_ends_and_nothing_new_is_begun()
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var run = Run(async (_, _) =>
        {
            begun.TrySetResult();
            await go.Task;
            return JsonText.Parse("1");
        }, max: 1);
        var ids = await _rig.SubmitManyAsync(2);
        await begun.Task.WaitAsync(SessionCluster.Patience, Token);

        await _stop.CancelAsync();
        await TaskRig.UntilAsync(async () => (await _rig.Agent("a").GetAsync()).Status is AgentStatus.Maintenance);
        go.SetResult();
        await run.WaitAsync(SessionCluster.Patience, Token);

        Assert.Equal((WorkStatus.Completed, WorkStatus.Queued), (await _rig.StatusAsync(ids[0]), await _rig.StatusAsync(ids[1])));
    }

    [Fact]
    public async Task What_came_out_is_said_again_until_the_server_hears_it()
    {
        var lost = 0;
        _ = Run((_, _) => Task.FromResult<JsonText?>(JsonText.Parse("7")), through: agents => new LossyAgents(agents, operation => operation is TaskOperation.Complete && Interlocked.Increment(ref lost) <= 2));

        var id = await _rig.SubmitAsync();

        await _rig.UntilAsync(id, WorkStatus.Completed);
        Assert.Equal((3, "7"), (lost, (await _rig.Tasks.GetAsync(id)).Result?.Text));
    }

    [Fact]
    public async Task Work_whose_result_is_refused_has_failed()
    {
        _ = Run((_, _) => Task.FromResult<JsonText?>(new JsonText($"\"{new string('x', 1_100_000)}\"")));

        var id = await _rig.SubmitAsync();

        await _rig.UntilAsync(id, WorkStatus.Failed);
        Assert.Contains("refused", (await _rig.Tasks.GetAsync(id)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_process_under_its_name_ends_it()
    {
        var run = Run((_, _) => Task.FromResult<JsonText?>(null));
        await TaskRig.UntilAsync(() => Task.FromResult(_told.Any(t => t.StartsWith("registered", StringComparison.Ordinal))));

        await _rig.RegisterAsync("a", instance: "another");

        Assert.Equal(Codes.StaleRegistration, (await Assert.ThrowsAsync<MementoException>(() => run.WaitAsync(SessionCluster.Patience, Token))).Code);
    }

    [Fact]
    public async Task After_it_was_removed_it_registers_again()
    {
        _ = Run((_, _) => Task.FromResult<JsonText?>(null), capability: "x");
        await TaskRig.UntilAsync(() => Task.FromResult(!_told.IsEmpty));

        await _rig.Agent("a").RemoveAsync();

        await _rig.UntilAsync(await _rig.SubmitAsync(new() { Type = "x", RequiredCapabilities = ["x"] }), WorkStatus.Completed);
    }

    [Fact]
    public async Task It_says_that_it_lives_as_often_as_the_server_wants_to_hear_it()
    {
        var beats = 0;
        _ = Run((_, _) => Task.FromResult<JsonText?>(null), beat: TimeSpan.FromHours(1), through: inner => new LossyAgents(inner, _ => false, lease =>
        {
            Interlocked.Increment(ref beats);
            return lease with { HeartbeatIntervalMs = 10 };
        }));

        await TaskRig.UntilAsync(() => Task.FromResult(Volatile.Read(ref beats) > 3));
    }

    [Fact]
    public async Task It_speaks_of_a_task_as_often_as_the_task_wants_it()
    {
        var (beats, enough) = (0, new TaskCompletionSource());
        _ = Run(async (_, ct) =>
        {
            await enough.Task.WaitAsync(ct);
            return null;
        }, beat: TimeSpan.FromHours(1), through: inner => new LossyAgents(inner, operation =>
        {
            if (operation is TaskOperation.Heartbeat && Interlocked.Increment(ref beats) > 3) enough.TrySetResult();
            return operation is TaskOperation.Heartbeat && beats == 2;   // one that is lost changes nothing
        }));

        await _rig.UntilAsync(await _rig.SubmitAsync(new() { Type = "x", HeartbeatTimeoutMs = 100 }), WorkStatus.Completed);
    }

    [Fact]
    public async Task A_task_whose_end_is_not_heard_yet_is_kept_alive_until_it_is()
    {
        var (ends, beats) = (0, 0);
        _ = Run((_, _) => Task.FromResult<JsonText?>(null), beat: TimeSpan.FromHours(1), through: agents => new LossyAgents(agents, operation =>
        {
            if (operation is TaskOperation.Complete) return Interlocked.Increment(ref ends) <= 1 || Volatile.Read(ref beats) < 3;
            if (operation is TaskOperation.Heartbeat && ends > 0) Interlocked.Increment(ref beats);
            return false;
        }));

        var id = await _rig.SubmitAsync(new() { Type = "x", HeartbeatTimeoutMs = 100 });

        await _rig.UntilAsync(id, WorkStatus.Completed);
        Assert.Equal((1, 0L), ((await _rig.Tasks.GetAsync(id)).Attempts, (await _rig.Queue().GetAsync()).Refused));
    }

    /// <summary>A server that is away for some of what an agent says.</summary>
    private sealed class LossyAgents(IAgentClient inner, Func<TaskOperation, bool> isLost, Func<AgentLease, AgentLease>? lease = null) : IAgentClient
    {
        public Task<AgentView> RegisterAsync(string agentId, RegisterAgent request, CancellationToken cancellationToken) => inner.RegisterAsync(agentId, request, cancellationToken);

        public Task<AgentView> GetAsync(string agentId, CancellationToken cancellationToken) => inner.GetAsync(agentId, cancellationToken);

        public Task RemoveAsync(string agentId, CancellationToken cancellationToken) => inner.RemoveAsync(agentId, cancellationToken);

        public Task<Page<AgentView>> ListAsync(AgentQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

        public async Task<AgentLease> HeartbeatAsync(string agentId, Heartbeat request, CancellationToken cancellationToken)
        {
            var answer = await inner.HeartbeatAsync(agentId, request, cancellationToken);
            return lease?.Invoke(answer) ?? answer;
        }

        public Task<ReceivedTasks> ReceiveAsync(string agentId, ReceiveTasks request, CancellationToken cancellationToken) => inner.ReceiveAsync(agentId, request, cancellationToken);

        public Task<TaskView> SayAsync(string taskId, TaskOperation operation, TaskReport report, CancellationToken cancellationToken) =>
            isLost(operation) ? throw new ServerUnreachableException("away", new IOException()) : inner.SayAsync(taskId, operation, report, cancellationToken);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value && Interlocked.CompareExchange(ref most, value, seen) != seen; seen = Volatile.Read(ref most)) { }
    }
}
