using System.Text;
using Memento.Storage;
using Memento.Tasks;
using Memento.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Memento.Tests.Grains.Tasks;

public sealed class SqliteTaskFaultTests(SessionClusterFixture<SqliteTestDatabase> fixture) : TaskFaults(fixture.Cluster), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlTaskFaultTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : TaskFaults(fixture.Cluster), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>What goes wrong between agents, queues and the store, and what nobody notices of it.</summary>
public abstract class TaskFaults(SessionCluster cluster) : IDisposable
{
    private readonly TaskRig _rig = new(cluster);

    public void Dispose()
    {
        cluster.Faults.Heal();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_registration_that_was_cut_off_before_it_handed_on_what_the_process_before_had_goes_on_when_it_is_repeated()
    {
        await _rig.RegisterAsync("a", instance: "one");
        var id = await _rig.SubmitAsync();
        var old = Assert.Single(await _rig.ReceiveAsync("a"));
        await _rig.SayAsync("a", TaskOperation.Start, id, old.Token);
        cluster.Clock.Advance(TimeSpan.FromSeconds(1));
        cluster.Faults.OnAppend = (append, commit) => append.Writer.Name.StartsWith("queue/", StringComparison.Ordinal) ? Task.FromException(JournalFaults.Unreachable()) : commit();
        await SessionCluster.RefusedAsync(Codes.DatabaseNotReady, () => _rig.RegisterAsync("a", instance: "two"));
        cluster.Faults.Heal();
        await cluster.DeactivateAsync(_rig.Agent("a"));   // all that it had in memory is gone, as when a silo dies
        Assert.Equal(WorkStatus.Running, await _rig.StatusAsync(id));

        await _rig.RegisterAsync("a", instance: "two");

        var again = Assert.Single(await _rig.ReceiveAsync("a"));
        Assert.Equal((id, 2), (again.TaskId, again.Attempt));
        await TaskRig.RefusedAsync(Codes.StaleToken, _rig.SayAsync("a", TaskOperation.Complete, id, old.Token));
        await _rig.RegisterAsync("a", instance: "two");
        await _rig.CompleteAsync("a", again);   // what it has itself stays when it registers once more
    }

    [Fact]
    public async Task A_task_that_its_agent_speaks_of_is_not_timed_out_because_its_queue_was_read_anew()
    {
        await _rig.RegisterAsync("a");
        var id = await _rig.SubmitAsync(new() { Type = "build", HeartbeatTimeoutMs = 5_000, MaxAttempts = 1 });
        var task = Assert.Single(await _rig.ReceiveAsync("a"));
        for (var i = 0; i < 3; i++)
        {
            await _rig.SayAsync("a", TaskOperation.Heartbeat, id, task.Token);
            await _rig.PassAsync(TimeSpan.FromSeconds(4));
        }

        await cluster.DeactivateAsync(_rig.Queue());
        await _rig.PassAsync(TimeSpan.FromSeconds(1));

        await _rig.CompleteAsync("a", task);
    }

    [Fact]
    public async Task What_a_busy_store_refuses_is_as_if_it_had_never_been_said()
    {
        await _rig.RegisterAsync("a", maxLoad: 2);
        var id = await _rig.SubmitAsync();
        var task = Assert.Single(await _rig.ReceiveAsync("a"));
        cluster.Faults.OnAppend = (_, _) => throw StoreErrors.Overloaded(1, 1);
        await SessionCluster.RefusedAsync(Codes.Overloaded, () => _rig.CompleteAsync("a", task));
        await SessionCluster.RefusedAsync(Codes.Overloaded, () => _rig.SubmitAsync(new() { Type = "other", TaskId = "o" }));
        var reads = 0;
        cluster.Faults.OnRead = () => Interlocked.Increment(ref reads);
        cluster.Faults.OnAppend = null;

        await _rig.CompleteAsync("a", task);
        await _rig.SubmitAsync(new() { Type = "other", TaskId = "o" });

        Assert.Equal((id, "o"), (task.TaskId, Assert.Single(await _rig.ReceiveAsync("a")).TaskId));
        Assert.Equal(2, (await _rig.Queue().GetAsync()).Submitted);
        Assert.Equal(0, reads);   // the queue was not read anew
        cluster.Faults.Heal();
    }

    [Fact]
    public async Task Settings_that_a_busy_store_refused_are_not_in_force()
    {
        await _rig.RegisterAsync("a");
        await _rig.CompleteAsync("a", await SubmittedAsync(new() { Type = "build" }));
        cluster.Faults.OnAppend = (_, _) => throw StoreErrors.Overloaded(1, 1);
        await SessionCluster.RefusedAsync(Codes.Overloaded, () => _rig.Queue().ConfigureAsync(new() { Paused = true }));
        cluster.Faults.Heal();

        await SubmittedAsync(new() { Type = "build" });
    }

    [Fact]
    public async Task A_store_that_is_too_busy_for_an_assignment_closes_nobody_and_is_left_alone_for_a_moment()
    {
        foreach (var agent in (string[])["a", "b", "c"]) await _rig.RegisterAsync(agent);
        var (assignments, refused) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        cluster.Faults.OnAppend = (append, commit) =>
        {
            if (!append.Entries.Any(e => Encoding.UTF8.GetString(e.Payload).Contains("\"assigned\"", StringComparison.Ordinal))) return commit();
            Interlocked.Increment(ref assignments);
            refused.TrySetResult();
            throw StoreErrors.Overloaded(1, 1);
        };

        var id = await _rig.SubmitAsync();
        await refused.Task.WaitAsync(SessionCluster.Patience, TestContext.Current.CancellationToken);
        await TaskRig.UntilAsync(async () => await _rig.Queue().ExplainAsync(id) is { Reason: TaskReason.Waiting, FreeAgents: 3 });

        Assert.Empty((await _rig.PollAsync("b")).Items);
        Assert.InRange(assignments, 1, 2);   // once more when the submission is stored: the store takes something
        cluster.Faults.Heal();
        await _rig.PassAsync(TimeSpan.FromSeconds(2));
        await _rig.UntilAsync(id, WorkStatus.Assigned);
    }

    [Fact]
    public async Task What_a_silo_slept_through_is_added_to_a_tasks_time_and_then_the_time_is_up()
    {
        await _rig.RegisterAsync("a");
        var task = await StartedAsync(new() { Type = "build", HeartbeatTimeoutMs = 5_000, MaxAttempts = 1 });
        cluster.Clock.Advance(TimeSpan.FromSeconds(20));
        await _rig.PassAsync(TimeSpan.Zero);
        Assert.Equal(WorkStatus.Running, await _rig.StatusAsync(task.TaskId));

        await _rig.PassAsync(TimeSpan.FromSeconds(8));

        await _rig.UntilAsync(task.TaskId, WorkStatus.Failed);
    }

    [Fact]
    public async Task A_store_that_is_busy_when_a_tasks_time_is_up_is_no_sign_of_life()
    {
        await _rig.RegisterAsync("a");
        var task = await StartedAsync(new() { Type = "build", HeartbeatTimeoutMs = 5_000, MaxAttempts = 1 });
        await _rig.PassAsync(TimeSpan.FromSeconds(4));
        cluster.Faults.OnAppend = (append, commit) => append.Writer.Name.StartsWith("queue/", StringComparison.Ordinal) ? throw StoreErrors.Overloaded(1, 1) : commit();
        await _rig.PassAsync(TimeSpan.FromSeconds(2));
        cluster.Faults.Heal();

        await _rig.PassAsync(TimeSpan.FromSeconds(2));

        await _rig.UntilAsync(task.TaskId, WorkStatus.Failed);
    }

    [Fact]
    public async Task A_store_that_takes_nothing_is_asked_less_and_less_often_for_what_is_due()
    {
        var id = await _rig.SubmitAsync(new() { Type = "build", Deadline = cluster.Clock.GetUtcNow().AddSeconds(10) });
        var (asked, queue) = (0, $"queue/{new GrainKey(_rig.Name, SubmitRules.DefaultQueue)}");
        cluster.Faults.OnAppend = (append, commit) =>
        {
            if (append.Writer.Name != queue) return commit();
            Interlocked.Increment(ref asked);
            return Task.FromException(JournalFaults.Unreachable());
        };
        for (var i = 0; i < 60; i++) await _rig.PassAsync(TimeSpan.FromSeconds(1));

        Assert.InRange(asked, 1, 24);   // of 60 and more
        cluster.Faults.Heal();
        for (var i = 0; i < 60 && await _rig.StatusAsync(id) is not WorkStatus.Failed; i++) await _rig.PassAsync(TimeSpan.FromSeconds(1));
        await _rig.UntilAsync(id, WorkStatus.Failed);
    }

    private async Task<ReceivedTask> SubmittedAsync(SubmitTask task)
    {
        var id = await _rig.SubmitAsync(task);
        var received = Assert.Single(await _rig.ReceiveAsync("a"));
        Assert.Equal(id, received.TaskId);
        return received;
    }

    private async Task<ReceivedTask> StartedAsync(SubmitTask task)
    {
        var received = await SubmittedAsync(task);
        await _rig.SayAsync("a", TaskOperation.Start, received.TaskId, received.Token);
        return received;
    }

    [Fact]
    public async Task A_queue_is_woken_while_it_has_tasks_and_then_no_more()
    {
        var index = cluster.Services.GetRequiredService<ITaskIndex>();
        await _rig.RegisterAsync("a");
        await _rig.SubmitAsync();
        Assert.True(await IsOpenAsync());
        await cluster.DeactivateAsync(_rig.Queue());
        await _rig.CompleteAsync("a", Assert.Single(await _rig.ReceiveAsync("a")));

        await _rig.PassAsync(TimeSpan.FromSeconds(1));
        Assert.False(await IsOpenAsync());
        await _rig.SubmitAsync();
        Assert.True(await IsOpenAsync());

        async Task<bool> IsOpenAsync() => (await index.GetOpenQueuesAsync(0, 1_000)).Any(q => q.Key.Workspace == _rig.Name);
    }
}
