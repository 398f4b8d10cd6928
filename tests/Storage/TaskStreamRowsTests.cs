using Memento.Core.Coordination.Tasks;
using Memento.Tasks;
using Memento.Tests.Coordination.Tasks;
using Xunit;
using static Memento.Tests.Coordination.Tasks.TaskStories;

namespace Memento.Tests.Storage;

/// <summary>The rows that follow from a task's state and events.</summary>
public sealed class TaskStreamRowsTests
{
    private static readonly TaskStreamKey Key = new("ws", 7, 3);

    [Theory]
    [InlineData("queued", 0.0)]
    [InlineData("blocked", null)]
    [InlineData("assigned", null)]
    [InlineData("running", null)]
    [InlineData("released", 0.0)]
    [InlineData("completed", null)]
    [InlineData("failed", null)]
    [InlineData("cancelled", null)]
    public void Row_is_due_since_the_task_is_ready(string task, double? due) =>
        Assert.Equal(due is { } seconds ? At(seconds) : null, TaskStreamRows.Of(Named(task)).DueAt);

    [Fact]
    public void Row_of_a_task_that_backs_off_is_due_at_the_end_of_the_back_off() =>
        Assert.Equal(Named("backing off").NotBefore, TaskStreamRows.Of(Named("backing off")).DueAt);

    [Fact]
    public void Row_of_a_task_that_cannot_run_is_due_at_its_deadline()
    {
        var spec = Spec with { Deadline = At(60), ScheduleToStart = TimeSpan.FromSeconds(40), DependsOn = ["d"] };

        Assert.Equal(At(60), TaskStreamRows.Of(Queued(spec, "d")).DueAt);
        Assert.Equal(At(0), TaskStreamRows.Of(Queued(spec)).DueAt);
        Assert.Equal(At(40), TaskStreamRows.Of(Assigned(spec)).DueAt);
        Assert.Equal(At(60), TaskStreamRows.Of(Running(spec)).DueAt);
        Assert.Equal(At(3.1), TaskStreamRows.Of(Running(spec with { Deadline = At(3.1) }).Fail()).DueAt);
    }

    [Fact]
    public void Row_names_the_lease_that_stands_or_the_last_one()
    {
        var task = Queued().Assign(1, "a1", 4);
        var row = TaskStreamRows.Of(task);
        Assert.Equal((WorkStatus.Assigned, 1L, "a1", 4L, At(1), 1),
            (row.Status, row.Token, row.AgentId, row.Epoch, row.AssignedAt, row.Attempts));

        var ended = TaskStreamRows.Of(task.Start().Complete(9));
        Assert.Equal(("a1", 4L, At(9), (DateTimeOffset?)null), (ended.AgentId, ended.Epoch, ended.EndedAt, ended.DueAt));
        Assert.Null(TaskStreamRows.Of(Queued()).AgentId);
    }

    [Theory]
    [InlineData("completed", "a1 1 0 1000 0")]
    [InlineData("failed", "a1 0 1 0 0")]
    [InlineData("backing off", "a1 0 1 0 0")]
    [InlineData("cancelled", "")]
    [InlineData("released", "")]
    public void Work_counts_when_an_attempt_ends(string task, string expected)
    {
        var after = Named(task);
        var before = task == "released" ? Assigned() : Running();
        var ended = (TaskEvent)(task switch
        {
            "completed" => new TaskEvent.Completed(1) { At = At(3) },
            "failed" => new TaskEvent.Failed(FailureReason.AttemptsExhausted, AttemptOutcome.Failed, "It broke.", 1) { At = At(3) },
            "backing off" => new TaskEvent.AttemptFailed(1, AttemptOutcome.TimedOut, "Late.") { At = At(3) },
            "cancelled" => new TaskEvent.Cancelled("Cancelled.") { At = At(3) },
            _ => new TaskEvent.Released(1, ReleaseReason.NotStarted) { At = At(3) },
        });

        Assert.NotEqual(before.Status, after.Status);
        Assert.Equal(expected, Work(before, ended));
    }

    [Theory]
    [InlineData(false, ReleaseReason.AgentLost, "a1 0 0 0 1")]
    [InlineData(true, ReleaseReason.Handoff, "a1 0 0 0 1")]
    [InlineData(false, ReleaseReason.GivenBack, "")]
    public void Lease_that_goes_to_another_agent_is_counted_once(bool started, ReleaseReason reason, string expected)
    {
        var before = started ? Running() : Assigned();
        TaskEvent[] events =
        [
            new TaskEvent.Released(1, reason) { At = At(4) }, new TaskEvent.Assigned("a2", 1, "r2", 2) { At = At(4) },
            new TaskEvent.Started(2) { At = At(5) },
        ];

        Assert.Equal(expected, Work(before, events));
        Assert.Equal("a1 0 1 0 1", Work(Running(), new TaskEvent.AttemptFailed(1, AttemptOutcome.AgentLost, "Lost.") { At = At(4) }));
    }

    [Fact]
    public void Completion_without_a_start_takes_as_long_as_since_the_assignment() =>
        Assert.Equal("a1 1 0 2000 0", Work(Assigned(), new TaskEvent.Completed(1) { At = At(3) }));

    [Fact]
    public void Events_that_end_nothing_have_no_rows()
    {
        TaskEvent[] events = [new TaskEvent.Assigned("a1", 1, "r", 1) { At = At(1) }, new TaskEvent.Started(1) { At = At(2) }];

        Assert.Empty(TaskStreamRows.Follow(Key, 2, Queued(), events));
        Assert.Empty(TaskStreamRows.Follow(Key, 1, Named("none"), TaskRules.Submit(Named("none"), Spec, null, [], 0, T0).Facts));
        Assert.Empty(TaskStreamRows.Follow(Key, 3, Named("blocked"), [new TaskEvent.DependencySatisfied("d") { At = At(2) }]));
    }

    private static string Work(Memento.Core.Coordination.Tasks.TaskState before, params TaskEvent[] events) =>
        string.Join(", ", TaskStreamRows.Follow(Key, 3, before, events).Select(row =>
        {
            Assert.Equal(("task_work", "ws", null), (row.Table.Name, row.Values[0], row.Values[2]));
            return string.Join(' ', row.Values.Where((_, i) => i is 1 or > 2));
        }));
}
