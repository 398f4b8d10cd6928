using Memento.Core.Coordination.Tasks;
using Memento.Tasks;
using Xunit;
using static Memento.Tests.Coordination.Tasks.TaskStories;

namespace Memento.Tests.Coordination.Tasks;

/// <summary>Attempts, back-offs, deadlines and limits of a task, and what is stored how often.</summary>
public sealed class TaskTimesTests
{
    private static LeaseWatch Watched(double seconds, bool started, double? sinceReport = null, long token = 1) =>
        new(token, started, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(sinceReport ?? seconds));

    private static string Expire(Memento.Core.Coordination.Tasks.TaskState task, double at, LeaseWatch? watch = null) =>
        Outcome(TaskRules.Expire(task, watch, Settings, 0, At(at)));

    [Fact]
    public void Failed_attempts_back_off_longer_each_time_until_none_is_left()
    {
        var task = Running().Fail(at: 3);
        Assert.Equal((1, At(4)), (task.Attempts, task.NotBefore));
        Assert.Equal("a1", task.Handoff!.FromAgent);

        task = task.Assign(5).Start(6).Fail(7);
        Assert.Equal((2, At(9)), (task.Attempts, task.NotBefore));

        task = task.Assign(10).Start(11).Fail(12);
        Assert.Equal((WorkStatus.Failed, 3), (task.Status, task.Attempts));

        task = task.Apply(TaskRules.Redrive(task, [], At(20)));
        Assert.Equal((WorkStatus.Queued, 0, null), (task.Status, task.Attempts, task.Error));
    }

    [Theory]
    [InlineData(1, 0, 1000)]
    [InlineData(2, 0, 2000)]
    [InlineData(3, 1, 4800)]
    [InlineData(3, -1, 3200)]
    [InlineData(50, 0, 60000)]
    public void Back_off_grows_to_its_maximum_and_varies_by_a_fifth(int attempts, double jitter, double milliseconds) =>
        Assert.Equal(milliseconds, TaskRules.BackOff(Running() with { Attempts = attempts }, Settings, jitter).TotalMilliseconds, 6);

    [Fact]
    public void Attempt_that_cannot_succeed_again_fails_the_task() =>
        Assert.Equal("Failed:NotRetryable", Outcome(TaskRules.Fail(Running(), Report() with { Retryable = false }, Settings, Limits, 0, At(3))));

    [Fact]
    public void Lost_agent_costs_a_started_attempt_and_no_back_off()
    {
        var started = Running();
        var lost = started.Apply(TaskRules.Release(started, 1, ReleaseReason.AgentLost, At(3)));
        Assert.Equal((1, null, AttemptOutcome.AgentLost), (lost.Attempts, lost.NotBefore, lost.Handoff!.Reason));

        var assigned = Assigned();
        var never = assigned.Apply(TaskRules.Release(assigned, 1, ReleaseReason.AgentLost, At(3)));
        Assert.Equal((0, T0, null), (never.Attempts, never.QueuedAt, never.Handoff));
    }

    [Fact]
    public void Handoff_costs_no_attempt_and_leaves_the_last_progress()
    {
        var task = Running();
        task = task.Apply(TaskRules.Heartbeat(task, Report() with { Progress = new("0.5") }, Limits, At(3)));
        task = task.Apply(TaskRules.Release(task, 1, ReleaseReason.Handoff, At(4)));

        Assert.Equal(0, task.Attempts);
        Assert.Equal(new HandoffNote("a1", AttemptOutcome.HandedOver, At(4), new("0.5")), task.Handoff);
    }

    [Fact]
    public void Lease_that_was_not_started_is_released_after_the_visibility_timeout()
    {
        Assert.Equal("nothing", Expire(Assigned(), 1000, Watched(59.9, started: false)));
        Assert.Equal("Released", Expire(Assigned(), 2, Watched(60, started: false)));
        Assert.Equal("nothing", Expire(Assigned(), 2, Watched(60, started: false, token: 0)));
        Assert.Equal("nothing", Expire(Running(), 2, Watched(60, started: false)));
    }

    [Fact]
    public void Limits_of_a_running_attempt_count_what_was_watched()
    {
        var task = Running(Spec with { StartToClose = TimeSpan.FromSeconds(30), HeartbeatTimeout = TimeSpan.FromSeconds(5) });

        Assert.Equal("nothing", Expire(task, 1000));
        Assert.Equal("nothing", Expire(task, 1000, Watched(29, started: true, sinceReport: 4)));
        Assert.Equal("AttemptFailed", Expire(task, 3, Watched(29, started: true, sinceReport: 5)));
        Assert.Equal("AttemptFailed", Expire(task, 3, Watched(30, started: true, sinceReport: 1)));
        Assert.Equal("nothing", Expire(Running(), 1000, Watched(1000, started: true)));
    }

    [Theory]
    [InlineData("queued")]
    [InlineData("assigned")]
    [InlineData("running")]
    [InlineData("blocked")]
    public void Deadline_fails_a_task_with_or_without_an_attempt(string name)
    {
        var task = Named(name) with { Deadline = At(10) };

        Assert.Equal(At(10), TaskRules.DueAt(task));
        Assert.Equal("nothing", Expire(task, 9.9));
        Assert.Equal("Failed:Deadline", Expire(task, 10));
    }

    [Fact]
    public void Task_that_cannot_be_done_by_its_deadline_is_not_assigned()
    {
        var task = Queued(Spec with { Deadline = At(10), Estimate = TimeSpan.FromSeconds(4) });

        Assert.Equal("Assigned", Outcome(TaskRules.Assign(task, "a1", 1, "r1", At(6))));
        Assert.Equal(TaskRefusals.NotReady, Outcome(TaskRules.Assign(task, "a1", 1, "r1", At(6.1))));
    }

    [Fact]
    public void Redrive_drops_a_deadline_that_has_passed()
    {
        var task = Named("cancelled") with { Deadline = At(10) };

        Assert.Equal(At(10), task.Apply(TaskRules.Redrive(task, [], At(5))).Deadline);
        Assert.Null(task.Apply(TaskRules.Redrive(task, [], At(10))).Deadline);
    }

    [Fact]
    public void Schedule_to_start_counts_neither_back_off_nor_dependencies()
    {
        var spec = Spec with { ScheduleToStart = TimeSpan.FromSeconds(5) };
        Assert.Equal("Failed:ScheduleToStart", Expire(Queued(spec), 5));
        Assert.Equal("Failed:ScheduleToStart", Expire(Assigned(spec), 5));
        Assert.Equal("nothing", Expire(Running(spec), 1000));
        Assert.Equal("nothing", Expire(Queued(spec, "d"), 1000));

        var backingOff = Running(spec).Fail(at: 3);
        Assert.Equal("nothing", Expire(backingOff, 8.9));
        Assert.Equal("Failed:ScheduleToStart", Expire(backingOff, 9));
    }

    [Fact]
    public void Progress_is_stored_at_most_once_a_second()
    {
        var task = Running();
        task = task.Apply(Tell(task, "0.1", 3));
        Assert.Equal("nothing", Outcome(Tell(task, "0.1", 9)));
        Assert.Equal("nothing", Outcome(Tell(task, "0.2", 3.9)));
        Assert.Equal("Progressed", Outcome(Tell(task, "0.2", 4)));

        var held = ReportBuffer.Empty.Hold(Report() with { Progress = new("0.2") });
        Assert.Equal("nothing", Outcome(held.Flush(task, At(3.9)).Decision));
        var (stored, rest) = held.Flush(task, At(4));
        Assert.Equal("Progressed", Outcome(stored));
        Assert.True(rest.IsEmpty);
        Assert.True(held.Flush(Named("completed"), At(4)).Buffer.IsEmpty);

        static Decision<TaskEvent> Tell(Memento.Core.Coordination.Tasks.TaskState task, string progress, double at) =>
            TaskRules.Heartbeat(task, Report() with { Progress = new(progress) }, Limits, At(at));
    }

    [Fact]
    public void Stale_reports_are_counted_and_stored_at_most_once_a_second()
    {
        var task = Running();
        var buffer = ReportBuffer.Empty.Count(Report(7), "complete");
        var (first, rest) = buffer.Flush(task, At(3));
        task = task.Apply(first);
        Assert.True(rest.IsEmpty);

        var more = rest.Count(Report(8), "start").Count(Report(9), "fail");
        Assert.Equal("nothing", Outcome(more.Flush(task, At(3.5)).Decision));
        task = task.Apply(more.Flush(task, At(4)).Decision);

        Assert.Equal(3, task.StaleReports!.Count);
        Assert.Equal(new StaleReport("a1", 9, "fail"), task.StaleReports.Last);
    }
}
