using System.Collections.Immutable;
using Memento.Agents;
using Memento.Storage;
using Memento.Tasks;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains.Tasks;

public sealed class SqliteHandOnTests(SessionClusterFixture<SqliteTestDatabase> fixture) : HandingOn(fixture.Cluster), IClassFixture<SessionClusterFixture<SqliteTestDatabase>>;

[Trait(Needs.Trait, Needs.PostgreSql)]
public sealed class PostgreSqlHandOnTests(SessionClusterFixture<PostgreSqlTestDatabase> fixture) : HandingOn(fixture.Cluster), IClassFixture<SessionClusterFixture<PostgreSqlTestDatabase>>;

/// <summary>What becomes of the tasks of an agent that is dead or replaced, also while one of its queues cannot be written.</summary>
public abstract class HandingOn(SessionCluster cluster) : IDisposable
{
    private readonly TaskRig _rig = new(cluster);

    public void Dispose()
    {
        cluster.Faults.Heal();
        GC.SuppressFinalize(this);
    }

    [Theory, InlineData("q1", "q2"), InlineData("q2", "q1")]
    public async Task A_queue_that_cannot_be_written_does_not_keep_the_tasks_of_others_with_a_dead_agent(string broken, string sound)
    {
        await RunningInBothAsync(ReturnPolicy.Drop);
        Refuse(broken);

        await _rig.PassAsync(TimeSpan.FromSeconds(91));

        await TaskRig.UntilAsync(async () => await StatusInAsync(sound) is WorkStatus.Queued);
        Assert.Equal(WorkStatus.Running, await StatusInAsync(broken));
        cluster.Faults.Heal();
        await _rig.PassAsync(TimeSpan.FromSeconds(2));
        await TaskRig.UntilAsync(async () => await StatusInAsync(broken) is WorkStatus.Queued);
    }

    [Theory, InlineData(ReturnPolicy.Drop), InlineData(ReturnPolicy.Resume)]
    public async Task One_that_is_back_is_given_nothing_until_all_that_it_had_is_with_others(ReturnPolicy policy)
    {
        await RunningInBothAsync(policy);
        Refuse("q2");
        await _rig.PassAsync(TimeSpan.FromSeconds(91));
        await TaskRig.UntilAsync(async () => await StatusInAsync("q1") is WorkStatus.Queued);

        for (var i = 0; i < 5; i++) Assert.Empty((await _rig.PollAsync("a")).Items);

        var waiting = Assert.Single((await _rig.Tasks.ListAsync(new() { Queue = "q1" })).Items);
        Assert.Equal((WorkStatus.Queued, 1), (waiting.Status, waiting.History.Length));
        Assert.Contains("still to be handed on", (await _rig.Queue("q1").ExplainAsync(waiting.TaskId)).Explanation, StringComparison.Ordinal);
        cluster.Faults.Heal();
        Assert.Equal(["q1", "q2"], (await _rig.ReceiveAsync("a", 2)).Select(t => t.Queue).Order());
    }

    [Fact]
    public async Task Who_resumes_gets_what_the_process_before_had_and_not_what_has_waited_for_longer()
    {
        await RegisterAsync("one", ReturnPolicy.Resume, maxLoad: 1);
        var id = await _rig.SubmitAsync();
        var old = Assert.Single(await _rig.ReceiveAsync("a"));
        await _rig.SayAsync("a", TaskOperation.Start, id, old.Token);
        var others = await _rig.SubmitManyAsync(3);

        await RegisterAsync("two", ReturnPolicy.Resume, maxLoad: 1);

        var again = Assert.Single(await _rig.ReceiveAsync("a"));
        Assert.Equal((id, 1), (again.TaskId, again.Attempt));
        await _rig.CompleteAsync("a", again);
        Assert.Contains(Assert.Single(await _rig.ReceiveAsync("a")).TaskId, others);
    }

    [Fact]
    public async Task A_registration_that_could_not_resume_all_resumes_it_when_it_is_repeated()
    {
        var before = await RunningInBothAsync(ReturnPolicy.Resume);
        Refuse("q2");
        await SessionCluster.RefusedAsync(Codes.Overloaded, () => RegisterAsync("two", ReturnPolicy.Resume));
        cluster.Faults.Heal();
        foreach (var task in before) await _rig.SayAsync("a", TaskOperation.Heartbeat, task.TaskId, task.Token);   // the process before still works, and does no harm

        await RegisterAsync("two", ReturnPolicy.Resume);

        var resumed = await _rig.ReceiveAsync("a", 2);
        Assert.All(resumed, task => Assert.Equal(1, task.Attempt));
        foreach (var task in resumed) await _rig.CompleteAsync("a", task);
        Assert.Equal(0, (await _rig.Agent("a").GetAsync()).Load);
    }

    [Fact]
    public async Task Nobody_counts_on_one_that_is_dead_or_removed_though_it_took_no_work_when_it_went()
    {
        await RegisterAsync("one", ReturnPolicy.Drop);
        await _rig.CompleteAsync("a", await ReceivedAsync());
        await _rig.Agent("a").HeartbeatAsync(new() { Status = AgentStatus.Maintenance });
        var id = await _rig.SubmitAsync();
        Assert.Equal(TaskReason.AgentsFull, (await _rig.Queue().ExplainAsync(id)).Reason);

        await _rig.PassAsync(TimeSpan.FromSeconds(91));

        await TaskRig.UntilAsync(async () => await _rig.Queue().ExplainAsync(id) is { Reason: TaskReason.NoCapableAgent, CapableAgents: 0 });
        await _rig.Agent("a").HeartbeatAsync(new() { Status = AgentStatus.Active });
        await _rig.CompleteAsync("a", Assert.Single(await _rig.ReceiveAsync("a")));

        async Task<ReceivedTask> ReceivedAsync()
        {
            await _rig.SubmitAsync();
            return Assert.Single(await _rig.ReceiveAsync("a"));
        }
    }

    private async Task<ImmutableArray<ReceivedTask>> RunningInBothAsync(ReturnPolicy policy)
    {
        await RegisterAsync("one", policy);
        foreach (var queue in (string[])["q1", "q2"]) await _rig.SubmitAsync(new() { Type = "build", Queue = queue });
        var running = await _rig.ReceiveAsync("a", 2);
        foreach (var task in running) await _rig.SayAsync("a", TaskOperation.Start, task.TaskId, task.Token);
        return running;
    }

    private Task<AgentRegistration> RegisterAsync(string instance, ReturnPolicy policy, int maxLoad = 2) => _rig.Agent("a").RegisterAsync(new() { Type = "test", InstanceId = instance, OnReturn = policy, MaxLoad = maxLoad });

    private void Refuse(string queue)
    {
        var stream = $"queue/{new GrainKey(_rig.Name, queue)}";
        cluster.Faults.OnAppend = (append, commit) => append.Writer.Name == stream ? throw StoreErrors.Overloaded(1, 1) : commit();
    }

    private async Task<WorkStatus> StatusInAsync(string queue) => Assert.Single((await _rig.Tasks.ListAsync(new() { Queue = queue })).Items).Status;
}
