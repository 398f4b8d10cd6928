using Memento.Agents;
using Memento.Core.Coordination.Agents;
using Memento.Core.Coordination.Tasks;
using Memento.Tasks;
using Memento.Tests.Coordination.Tasks;
using Xunit;
using static Memento.Tests.Coordination.Tasks.TaskStories;
using AgentState = Memento.Core.Coordination.Agents.AgentState;

namespace Memento.Tests.Coordination.Agents;

/// <summary>What an agent's grain remembers: reservations, leases, inbox.</summary>
public sealed class AgentMemoryTests
{
    private readonly AgentMemory _memory = new();

    private static AgentState Agent(int maxLoad = 2, long epoch = 1) => new() { Profile = new() { Type = "builder", MaxLoad = maxLoad }, Epoch = epoch };

    private static TaskSnapshot Leased(string id, long number = 1, long epoch = 1, bool started = false)
    {
        var task = Queued(Spec with { TaskId = id }).Assign(at: number, epoch: epoch);
        return new(new(number, 2), started ? task.Start(number) : task);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void Reservation_keeps_slots_free_until_it_lapses()
    {
        Assert.Equal(2, _memory.Reserve("r1", 5, Agent(), Seconds(0)).Slots);
        Assert.Equal(0, _memory.Reserve("r2", 1, Agent(), Seconds(4)).Slots);
        Assert.False(_memory.LapseReservations(Seconds(4.9)));
        Assert.True(_memory.LapseReservations(Seconds(5)));
        Assert.Equal(2, _memory.FreeSlots(Agent()));
    }

    [Fact]
    public void Slots_of_unanswered_assignments_stay_reserved_until_the_lapse()
    {
        _memory.Reserve("r1", 2, Agent(), Seconds(0));

        _memory.Deliver(new("r1", 1, [Leased("t1")], Unsure: 1), Agent());

        Assert.Equal(0, _memory.FreeSlots(Agent()));
        _memory.LapseReservations(Seconds(5));
        Assert.Equal(1, _memory.FreeSlots(Agent()));
    }

    [Fact]
    public void Delivery_of_an_older_epoch_is_released_at_once()
    {
        var releases = _memory.Deliver(new("unknown", 1, [Leased("t1", epoch: 1)]), Agent(epoch: 2));

        Assert.Equal(new LeaseRelease("t1", 1, ReleaseReason.AgentLost), Assert.Single(releases));
        Assert.Equal(0, _memory.Leases);
    }

    [Fact]
    public void Leases_above_max_load_that_are_not_started_go_back_newest_first()
    {
        var releases = _memory.Deliver(new("r", 1, [Leased("t1", 1, started: true), Leased("t2", 2), Leased("t3", 3)]), Agent(maxLoad: 2));

        Assert.Equal(new LeaseRelease("t3", 1, ReleaseReason.GivenBack), Assert.Single(releases));
    }

    [Fact]
    public void Same_key_receives_the_same_tasks()
    {
        _memory.Deliver(new("r", 1, [Leased("t1", 1), Leased("t2", 2)]), Agent());

        Assert.Equal("t1", Assert.Single(_memory.Receive(1, "k1")).TaskId);
        Assert.Equal("t1", Assert.Single(_memory.Receive(1, "k1")).TaskId);
        Assert.Equal("t2", Assert.Single(_memory.Receive(1, "k2")).TaskId);
        Assert.Empty(_memory.Receive(1, null));
    }

    [Fact]
    public void Read_replaces_memory_except_what_changed_since_it_began()
    {
        _memory.Deliver(new("r", 1, [Leased("gone", 1)]), Agent(3));
        var mark = _memory.BeginRead();
        _memory.Deliver(new("r", 1, [Leased("new", 2)]), Agent(3));

        var releases = _memory.EndRead(mark, [Leased("read", 3), Leased("old", 4, epoch: 0)], Agent(3));

        Assert.Equal(["new", "read"], _memory.Tasks.Select(task => task.TaskId).Order());
        Assert.Equal("old", Assert.Single(releases).TaskId);
    }

    [Fact]
    public void Late_delivery_of_a_lease_that_ended_does_not_count_again_as_newer()
    {
        _memory.Deliver(new("r", 1, [Leased("t1")]), Agent());
        _memory.LeaseEnded("t1", 1, AttemptOutcome.Completed);
        Assert.Equal(0, _memory.Leases);
        _memory.LeaseEnded("t1", 9, AttemptOutcome.Completed);
        Assert.Equal(2, _memory.FreeSlots(Agent()));
    }

    [Fact]
    public void Agent_that_did_not_start_in_time_gets_nothing_until_it_receives()
    {
        _memory.Deliver(new("r", 1, [Leased("t1")]), Agent());
        _memory.LeaseEnded("t1", 1, AttemptOutcome.NotStarted);
        Assert.Equal(0, _memory.FreeSlots(Agent()));

        _memory.Receive(1, null);
        Assert.Equal(2, _memory.FreeSlots(Agent()));
    }

    [Fact]
    public void Agent_gets_nothing_while_earlier_leases_are_released()
    {
        _memory.CountReleases(2);
        Assert.Equal(0, _memory.FreeSlots(Agent()));
        _memory.CountReleases(-2);
        Assert.Equal(2, _memory.FreeSlots(Agent()));
    }

    [Theory]
    [InlineData(AgentStatus.Active, false, 2)]
    [InlineData(AgentStatus.Busy, false, 0)]
    [InlineData(AgentStatus.Maintenance, false, 0)]
    [InlineData(AgentStatus.Active, true, 0)]
    public void Only_an_open_agent_has_free_slots(AgentStatus status, bool isDead, int expected) =>
        Assert.Equal(expected, _memory.FreeSlots(Agent() with { Status = status, IsDead = isDead }));
}
