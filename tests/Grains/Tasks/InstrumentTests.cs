using Memento.Tasks;
using Memento.Tests.Storage;
using Xunit;

namespace Memento.Tests.Grains.Tasks;

/// <summary>What a silo measures of tasks and agents. A silo for each test: its figures are of all that it did.</summary>
public sealed class InstrumentTests : IAsyncLifetime
{
    private readonly SqliteTestDatabase _database = new();
    private SessionCluster _cluster = null!;
    private TaskRig _rig = null!;
    private Figures _figures = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _cluster = await SessionCluster.StartAsync(_database);
        (_rig, _figures) = (new(_cluster), new(_cluster.Services));
    }

    public async ValueTask DisposeAsync()
    {
        _figures.Dispose();
        await _cluster.DisposeAsync();
        await _database.DisposeAsync();
    }

    private double Open(string status) => _figures.Now($"memento.tasks.open:{status}");

    [Fact]
    public async Task Each_step_of_a_task_is_counted_once_with_how_long_it_waited_and_took()
    {
        var id = await _rig.SubmitAsync(new() { Type = "build", MaxAttempts = 2 });
        Assert.Equal((1, 0), (_figures.Sum("memento.tasks.submitted"), _figures.Sum("memento.tasks.assigned")));
        Assert.Equal((1, 0, 0), (Open("queued"), Open("assigned"), Open("running")));

        await _rig.PassAsync(TimeSpan.FromSeconds(20));
        await _rig.RegisterAsync("a");
        var task = Assert.Single(await _rig.ReceiveAsync("a"));
        Assert.Equal((1, 1), (Open("assigned"), _figures.Count("memento.tasks.wait")));
        Assert.Equal(20, _figures.Sum("memento.tasks.wait"), 0.001);

        (await _rig.SayAsync("a", TaskOperation.Start, id, task.Token)).Value();
        Assert.Equal(1, Open("running"));
        (await _rig.SayAsync("a", TaskOperation.Fail, id, task.Token)).Value();
        await TaskRig.RefusedAsync(Codes.StaleToken, _rig.SayAsync("a", TaskOperation.Complete, id, task.Token));
        await _rig.PassAsync(TimeSpan.FromSeconds(8));
        task = Assert.Single(await _rig.ReceiveAsync("a"));
        (await _rig.SayAsync("a", TaskOperation.Start, id, task.Token)).Value();
        await _rig.PassAsync(TimeSpan.FromSeconds(4));
        await _rig.CompleteAsync("a", task);
        await _rig.CompleteAsync("a", task);   // said again, it is not counted again

        Assert.Equal((1, 2, 1, 1, 1), (_figures.Sum("memento.tasks.submitted"), _figures.Sum("memento.tasks.assigned"), _figures.Sum("memento.tasks.retried"), _figures.Sum("memento.tasks.stale_calls"), _figures.Sum("memento.tasks.completed")));
        Assert.Equal((4.0, 1), (Math.Round(_figures.Sum("memento.tasks.duration"), 3), _figures.Count("memento.tasks.duration")));
        Assert.Equal((0, 0, 0), (Open("queued"), Open("assigned"), Open("running")));
        Assert.Equal((0, 0), (_figures.Sum("memento.tasks.failed"), _figures.Sum("memento.tasks.cancelled")));
    }

    [Fact]
    public async Task An_agent_that_dies_and_returns_is_counted_with_what_it_lost()
    {
        await _rig.RegisterAsync("a", maxLoad: 2);
        var ids = await _rig.SubmitManyAsync(2);
        var tasks = await _rig.ReceiveAsync("a", 2);
        (await _rig.SayAsync("a", TaskOperation.Start, tasks[0].TaskId, tasks[0].Token)).Value();
        await _rig.Agent("a").HeartbeatAsync(new());
        Assert.Equal((1, 1), (_figures.Now("memento.agents.alive"), _figures.Sum("memento.agents.heartbeats")));

        await _rig.PassAsync(TimeSpan.FromSeconds(92));
        await TaskRig.UntilAsync(() => Task.FromResult(_figures.Sum("memento.tasks.lost") + _figures.Sum("memento.tasks.not_started") == 2));   // the one that it never began may come back by itself first
        await TaskRig.UntilAsync(() => Task.FromResult(_figures.Now("memento.agents.alive") == 0));
        Assert.Equal((1, 0), (_figures.Sum("memento.agents.deaths"), _figures.Sum("memento.agents.returns")));

        await _rig.Agent("a").HeartbeatAsync(new());
        await _rig.Queue().CancelAsync(ids[1], new());
        Assert.Equal((1, 1, 1), (_figures.Sum("memento.agents.deaths"), _figures.Sum("memento.agents.returns"), _figures.Sum("memento.tasks.cancelled")));
    }

    [Fact]
    public async Task A_task_that_goes_with_its_session_and_one_whose_time_is_up_are_counted()
    {
        await _rig.RegisterAsync("a");
        await _rig.SubmitAsync(new() { Type = "x", SessionId = "s", StartToCloseMs = 10_000, MaxAttempts = 1 });
        var task = Assert.Single(await _rig.ReceiveAsync("a"));
        await _rig.RegisterAsync("b");
        await _cluster.Silo.GetGrain<IAgentTaker>(new GrainKey(_rig.Name, "a").ToString()).HandOverAsync("s", "b");
        task = Assert.Single(await _rig.ReceiveAsync("b"));
        (await _rig.SayAsync("b", TaskOperation.Start, task.TaskId, task.Token)).Value();
        await _rig.PassAsync(TimeSpan.FromSeconds(11));

        await _rig.UntilAsync(task.TaskId, WorkStatus.Failed);
        Assert.Equal((1, 1, 1), (_figures.Sum("memento.tasks.handoffs"), _figures.Sum("memento.tasks.timed_out"), _figures.Sum("memento.tasks.failed")));
        Assert.DoesNotContain(_figures.Names, name => name.Contains(':', StringComparison.Ordinal) && !name.StartsWith("memento.tasks.open:", StringComparison.Ordinal));   // no ids, no names
    }
}
