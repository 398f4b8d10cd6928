using Memento.Agents;
using Memento.Core.Coordination.Agents;
using Memento.Core.Coordination.Dispatch;
using Memento.Core.Coordination.Queues;
using Memento.Core.Coordination.Tasks;
using Memento.Tests.Coordination.Tasks;
using Xunit;
using static Memento.Tests.Coordination.Tasks.TaskStories;

namespace Memento.Tests.Coordination.Dispatch;

/// <summary>One round of a dispatcher, with each answer it can get.</summary>
public sealed class DispatchRoundTests
{
    private static readonly TaskSnapshot[] Ready =
        [.. Enumerable.Range(1, 4).Select(i => new TaskSnapshot(new(i, 1), Queued(Spec with { TaskId = $"t{i}" })))];

    private readonly DispatchRound _round = DispatchRound.Choose(
        [.. Ready], [new AgentCapacity { AgentId = "a1", MaxLoad = 3 }], LoadBalancing.LeastLoaded);

    private AgentBatch Batch => _round.Batches[0];

    private static TaskSnapshot Assigned(TaskSnapshot task) => new(new(task.Stamp.Number, 2), task.State.Assign());

    private string Told => string.Join(' ', _round.Outcomes.Select(o => $"{o.TaskId}:{o.GetType().Name}"));

    [Fact]
    public void Silent_agent_gets_nothing_and_its_tasks_are_returned()
    {
        Batch.Reserved(null);

        Assert.Empty(Batch.ToAssign);
        Assert.Null(Batch.Delivery);
        Assert.Equal("t4:Returned t1:Returned t2:Returned t3:Returned", Told);
    }

    [Fact]
    public void Tasks_without_a_slot_are_returned()
    {
        Batch.Reserved(new("r1", 1, 1));
        Batch.Answered(Assigned(Ready[0]));

        Assert.Equal("t1", Assert.Single(Batch.ToAssign).TaskId);
        Assert.Equal("t1", Assert.Single(Batch.Delivery!.Tasks).TaskId);
        Assert.Equal("t4:Returned t2:Returned t3:Returned t1:Answered", Told);
    }

    [Fact]
    public void Silent_task_is_unsure_and_left_to_lapse()
    {
        Batch.Reserved(new("r1", 1, 3));
        Batch.Answered(Assigned(Ready[0]));
        Batch.Silent("t2");
        Batch.Answered(Ready[2], epochIsOver: true);

        Assert.Equal((1, 1, true), (Batch.Delivery!.Tasks.Length, Batch.Delivery.Unsure, Batch.Delivery.EpochIsOver));
        Assert.Equal("t4:Returned t1:Answered t3:Answered", Told);
    }

    [Fact]
    public void Task_that_another_dispatcher_assigned_is_told_and_not_delivered()
    {
        Batch.Reserved(new("r2", 1, 3));
        Batch.Answered(Assigned(Ready[0]));

        Assert.Empty(Batch.Delivery!.Tasks);
        Assert.Contains(_round.Outcomes.OfType<CheckoutOutcome.Answered>(), answered => answered.TaskId == "t1");
    }
}
