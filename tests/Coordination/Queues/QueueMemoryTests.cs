using Memento.Core.Coordination;
using Memento.Core.Coordination.Queues;
using Memento.Core.Coordination.Tasks;
using Memento.Tasks;
using Memento.Tests.Coordination.Tasks;
using Xunit;
using static Memento.Tests.Coordination.Tasks.TaskStories;
using AgentRoom = Memento.Core.Coordination.Queues.AgentRoom;

namespace Memento.Tests.Coordination.Queues;

/// <summary>What a queue remembers, lends and asks.</summary>
public sealed class QueueMemoryTests
{
    private static readonly AgentRoom Anybody = new("a1", 10, []);

    private readonly QueueMemory _queue = new(Settings);

    private static ClockReading Clock(double seconds) => new(TimeSpan.FromSeconds(seconds), At(seconds));

    private static TaskSnapshot Snapshot(Memento.Core.Coordination.Tasks.TaskState task, long position = 1, long number = 1) =>
        new(new(number, position), task);

    private static TaskSnapshot New(string id, long number, Func<TaskSpec, TaskSpec>? change = null)
    {
        var spec = Spec with { TaskId = id };
        return Snapshot(Queued(change is null ? spec : change(spec)), number: number);
    }

    private string CheckOut(double at, int max = 10, params AgentRoom[] agents) =>
        string.Join(' ', _queue.CheckOut(agents.Length == 0 ? [Anybody] : agents, max, Clock(at)).Select(task => task.TaskId));

    [Fact]
    public void Older_news_is_ignored()
    {
        Assert.Equal(NewsEffect.Changed, _queue.Learn(Snapshot(Assigned(), position: 2), Clock(0)));
        Assert.Equal(NewsEffect.None, _queue.Learn(Snapshot(Queued(), position: 1), Clock(0)));
        Assert.Equal(NewsEffect.None, _queue.Learn(Snapshot(Queued(), position: 2), Clock(0)));
        Assert.Equal(NewsEffect.Ready, _queue.Learn(Snapshot(Queued(), position: 1, number: 2), Clock(0)));
        Assert.Equal(NewsEffect.Over, _queue.Learn(Snapshot(Named("cancelled"), position: 2, number: 2), Clock(0)));
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void Checkout_lapses_after_two_seconds()
    {
        _queue.Learn(New("t1", 1), Clock(0));

        Assert.Equal("t1", CheckOut(0));
        Assert.Equal("", CheckOut(1.9));
        Assert.Equal("t1", CheckOut(2));
    }

    [Fact]
    public void Returned_task_is_ready_at_once_and_a_refused_one_when_its_checkout_lapses()
    {
        _queue.Learn(New("t1", 1), Clock(0));
        _queue.Learn(New("t2", 2), Clock(0));
        CheckOut(0);

        _queue.Settle([new CheckoutOutcome.Returned("t1"), new CheckoutOutcome.Answered(New("t2", 2))], Clock(0.1));

        Assert.Equal("t1", CheckOut(0.2));
        Assert.Equal("t2", CheckOut(2));
    }

    [Fact]
    public void Priority_is_worth_a_minute_of_waiting()
    {
        var early = New("early", 1);
        var late = New("late", 2, spec => spec with { Priority = 1 });
        _queue.Learn(early, Clock(0));
        _queue.Learn(late with { State = late.State with { CreatedAt = At(59) } }, Clock(0));

        Assert.Equal("late", CheckOut(100, max: 1));
        Assert.Equal("early", CheckOut(100, max: 1));
    }

    [Fact]
    public void Only_what_an_agent_with_room_can_do_is_lent_and_no_more_than_its_room()
    {
        _queue.Learn(New("gpu", 1, spec => spec with { RequiredCapabilities = ["gpu"] }), Clock(0));
        _queue.Learn(New("test", 2, spec => spec with { Type = "test" }), Clock(0));
        for (var i = 3; i < 6; i++) _queue.Learn(New($"b{i}", i), Clock(0));

        Assert.Equal("b3 b4", CheckOut(0, 10, new AgentRoom("a1", 2, [], ["build"]), new AgentRoom("full", 0, ["gpu"])));
        Assert.Equal("gpu", CheckOut(0, 10, new AgentRoom("a2", 1, ["gpu"], ["build"])));
    }

    [Fact]
    public void Paused_queue_lends_nothing()
    {
        _queue.Learn(New("t1", 1), Clock(0));
        _queue.Configure(Settings with { Paused = true }, Clock(0));
        Assert.Equal("", CheckOut(0));

        _queue.Configure(Settings, Clock(0));
        Assert.Equal("t1", CheckOut(0));
    }

    [Fact]
    public void Tenants_share_by_weight()
    {
        var queue = new QueueMemory(Settings with { FairBy = FairShare.Tenant, Weights = Settings.Weights.Add("ada", 2) });
        for (var i = 1; i <= 12; i++) queue.Learn(New($"{(i % 2 == 0 ? "ada" : "bob")}{i}", i, s => s with { Tenant = i % 2 == 0 ? "ada" : "bob" }), Clock(0));

        var lent = queue.CheckOut([Anybody], 9, Clock(1));

        Assert.Equal(6, lent.Count(task => task.State.Spec!.Tenant == "ada"));
    }

    [Fact]
    public void Back_off_ends_by_itself()
    {
        _queue.Learn(Snapshot(Running().Fail(at: 3)), Clock(3));
        Assert.Equal("", CheckOut(3.9));

        Assert.Empty(_queue.Tick(10, Clock(4)));
        Assert.Equal("t1", CheckOut(4));
    }

    [Fact]
    public void Deadline_is_asked_about_again_until_something_changes()
    {
        _queue.Learn(Snapshot(Queued(Spec with { Deadline = At(10) })), Clock(0));

        Assert.Empty(_queue.Tick(10, Clock(9.9)));
        Assert.Null(Assert.Single(_queue.Tick(10, Clock(10))).Watch);
        Assert.Empty(_queue.Tick(10, Clock(14.9)));
        Assert.Single(_queue.Tick(10, Clock(15)));
    }

    [Fact]
    public void Lease_is_measured_from_when_this_memory_saw_it_first()
    {
        _queue.Learn(Snapshot(Assigned(), position: 2), Clock(100));
        _queue.Learn(Snapshot(Assigned(), position: 3), Clock(130));

        Assert.Empty(_queue.Tick(10, Clock(159.9)));
        var due = Assert.Single(_queue.Tick(10, Clock(160)));
        Assert.Equal(new LeaseWatch(1, Started: false, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60)), due.Watch);
    }

    [Fact]
    public void Heard_report_postpones_the_heartbeat_time_out()
    {
        _queue.Learn(Snapshot(Running(Spec with { HeartbeatTimeout = TimeSpan.FromSeconds(5) })), Clock(0));
        Assert.Single(_queue.Tick(10, Clock(5)));

        _queue.Heard("t1", 1, TimeSpan.FromSeconds(1), Clock(5));

        Assert.Empty(_queue.Tick(10, Clock(8.9)));
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.Single(_queue.Tick(10, Clock(9))).Watch!.SinceReport);
    }

    [Fact]
    public void Read_replaces_memory_except_what_changed_since_it_began()
    {
        _queue.Learn(New("gone", 1), Clock(0));
        _queue.Learn(New("ended", 2), Clock(0));
        var mark = _queue.BeginRead();
        _queue.Learn(New("born", 3), Clock(0));
        _queue.Learn(new(new(2, 2), Named("cancelled") with { Spec = Spec with { TaskId = "ended" } }), Clock(0));

        _queue.EndRead(mark, [New("ended", 2), New("read", 4)], Clock(0));

        Assert.Equal("born read", CheckOut(0));
    }
}
