using Memento.Core.Coordination.Tasks;
using Memento.Tasks;
using Xunit;
using static Memento.Tests.Coordination.Tasks.TaskStories;
using TaskState = Memento.Core.Coordination.Tasks.TaskState;

namespace Memento.Tests.Coordination.Tasks;

/// <summary>The view that callers get of a task.</summary>
public sealed class TaskViewTests
{
    [Fact]
    public void View_has_all_that_the_state_and_the_body_have()
    {
        var view = TaskView.Of((TaskState)StoredForms.Values["task.state.full"], new() { Payload = new("{}"), Metadata = new("[]") });

        var missing = typeof(TaskView).GetProperties().Where(p => p.GetValue(view) is null).Select(p => p.Name);
        Assert.Empty(missing);
        Assert.Equal(("t-7", "builds", "build", WorkStatus.Running, 5), (view.TaskId, view.Queue, view.Type, view.Status, view.Priority));
        Assert.Equal((1_000L, 1L, 2L, 3L),
            (view.EstimatedDurationMs, view.ScheduleToStartMs, view.StartToCloseMs, view.HeartbeatTimeoutMs));
        Assert.Equal(("a2", 15L, 2, 4), (view.AssignedAgent, view.Token, view.Attempts, view.MaxAttempts));
        Assert.Equal([(1, "a1", AttemptOutcome.AgentLost), (2, "a2", (AttemptOutcome?)null)],
            view.History.Select(a => (a.Attempt, a.AgentId, a.Outcome)));
        Assert.Equal(("a1", AttemptOutcome.HandedOver, "0.5"), (view.Handoff!.FromAgent, view.Handoff.Reason, view.Handoff.Progress!.Text));
        Assert.Equal((3L, "a1", 11L, "complete"),
            (view.StaleCalls!.Count, view.StaleCalls.AgentId, view.StaleCalls.Token, view.StaleCalls.Operation));
    }

    [Fact]
    public void View_of_an_ended_task_tells_the_last_attempt_and_no_agent()
    {
        var view = TaskView.Of(Running().Complete(9, "1"));

        Assert.Equal((null, null, At(1), At(2), At(9)),
            (view.AssignedAgent, view.Token, view.AssignedAt, view.StartedAt, view.CompletedAt));
        Assert.Equal(("1", (long?)null), (view.Result!.Text, view.EstimatedDurationMs));
    }

    [Fact]
    public void View_has_at_most_as_many_attempts_as_the_state_remembers()
    {
        var task = Queued();
        for (var n = 1; n <= TaskRules.MaxPastAttempts + 2; n++)
        {
            task = task.Assign(n, reservation: $"r{n}");
            task = task.Apply(TaskRules.Release(task, task.Token, ReleaseReason.NotStarted, At(n)));
        }

        var view = TaskView.Of(task.Assign(100));

        Assert.Equal(TaskRules.MaxPastAttempts, view.History.Length);
        Assert.Equal(view.Token, view.History[^1].Token);
    }
}
