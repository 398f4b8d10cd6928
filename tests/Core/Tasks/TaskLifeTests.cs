using Memento.Tasks;
using Xunit;

namespace Memento.Tests.Core.Tasks;

/// <summary>What becomes of a task, and who is believed.</summary>
public sealed class TaskLifeTests
{
    private static readonly DateTimeOffset T0 = new(2026, 5, 6, 12, 0, 0, TimeSpan.Zero);
    private static readonly QueueSettings Queue = QueueSettings.Default with { BackoffJitter = 0 };
    private static readonly TaskLimits Limits = new();

    private static DateTimeOffset At(double seconds) => T0.AddSeconds(seconds);

    private static TaskState New(SubmitTask? task = null, params string[] waitsFor) => TaskLife.Submit(task ?? new() { Type = "build" }, 1, "task-1", [.. waitsFor], Queue, T0);

    private static TaskState To(TaskChange change, TaskStep step)
    {
        Assert.Null(step.Refusal);
        Assert.Equal(change, step.Change);
        return Assert.IsType<TaskState>(step.After);
    }

    private static TaskState Assigned(SubmitTask? task = null, string agent = "a", long token = 7) => To(TaskChange.Assigned, TaskLife.Assign(New(task), agent, token, At(1)));

    private static TaskState Running(SubmitTask? task = null) => To(TaskChange.Started, TaskLife.Start(Assigned(task), By("a", 7), Limits, At(2)));

    private static TaskReport By(string agent, long token) => new() { AgentId = agent, Token = token };

    private static void Nothing(TaskStep step) => Assert.Equal((null, null), (step.After, step.Refusal));

    private static string Refused(TaskStep step)
    {
        Assert.Null(step.After);
        return Assert.IsType<Refusal>(step.Refusal).Code;
    }

    [Fact]
    public void It_goes_from_queued_to_assigned_to_running_to_completed()
    {
        var done = To(TaskChange.Completed, TaskLife.Complete(Running(), By("a", 7) with { Progress = new("1") }, Limits, At(5)));

        Assert.Equal((WorkStatus.Completed, 1, At(5), "1"), (done.Status, done.Attempts, done.EndedAt, done.Progress?.Text));
        Assert.Equal(new TaskAttempt { Attempt = 1, AgentId = "a", Token = 7, AssignedAt = At(1), StartedAt = At(2), EndedAt = At(5), Outcome = AttemptOutcome.Completed }, Assert.Single(done.History));
    }

    [Fact]
    public void Saying_the_same_again_changes_nothing()
    {
        Nothing(TaskLife.Start(Running(), By("a", 7), Limits, At(3)));
        Nothing(TaskLife.Heartbeat(Running(), By("a", 7), Limits, At(3)));
        Nothing(TaskLife.Complete(TaskLife.Complete(Running(), By("a", 7), Limits, At(5)).After!, By("a", 7), Limits, At(6)));
        Nothing(TaskLife.Fail(TaskLife.Fail(Running(), By("a", 7), Queue, Limits, At(5)).After!, By("a", 7), Queue, Limits, At(6)));
        Nothing(TaskLife.Cancel(TaskLife.Cancel(New(), new(), At(5)).After!, new(), At(6)));
        Nothing(TaskLife.Assign(Running(), "b", 9, At(3)));
    }

    [Fact]
    public void One_that_is_handed_over_after_it_began_has_all_of_its_time_to_be_begun_again()
    {
        var running = Running(new() { Type = "build", ScheduleToStartMs = 10_000 });

        var waits = To(TaskChange.Requeued, TaskLife.HandOver(running, "a", 7, At(60)));

        Assert.Equal((At(60), At(70)), (waits.QueuedAt, TaskLife.DueAt(waits, Queue)));
    }

    [Theory]
    [InlineData("a", 6)]
    [InlineData("a", 8)]
    [InlineData("b", 7)]
    public void Nobody_but_the_holder_of_the_token_is_believed(string agent, long token)
    {
        foreach (var state in new[] { Assigned(), Running(), New(), TaskLife.Complete(Running(), By("a", 7), Limits, At(5)).After! })
        {
            Assert.Equal(Codes.StaleToken, Refused(TaskLife.Start(state, By(agent, token), Limits, At(6))));
            Assert.Equal(Codes.StaleToken, Refused(TaskLife.Heartbeat(state, By(agent, token), Limits, At(6))));
            Assert.Equal(Codes.StaleToken, Refused(TaskLife.Complete(state, By(agent, token), Limits, At(6))));
            Assert.Equal(Codes.StaleToken, Refused(TaskLife.Fail(state, By(agent, token), Queue, Limits, At(6))));
        }
    }

    [Fact]
    public void An_agent_that_was_lost_is_not_believed_when_it_wakes_and_is_told_why()
    {
        var lost = To(TaskChange.Requeued, TaskLife.Lose(Running(), "a", 7, Queue, At(100)));
        var taken = To(TaskChange.Assigned, TaskLife.Assign(lost, "b", 12, At(101)));

        var refusal = TaskLife.Complete(taken, By("a", 7), Limits, At(102)).Refusal!;

        Assert.Equal((Codes.StaleToken, RefusalKind.Conflict), (refusal.Code, refusal.Kind));
        Assert.Contains("taken for dead", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((2, 12), (taken.Attempts, taken.Current!.Token));
    }

    [Fact]
    public void Who_takes_over_finds_a_note_with_the_last_progress()
    {
        var working = To(TaskChange.Progressed, TaskLife.Heartbeat(Running(), By("a", 7) with { Progress = new("""{"done":3}""") }, Limits, At(3)));

        var lost = To(TaskChange.Requeued, TaskLife.Lose(working, "a", 7, Queue, At(100)));

        Assert.Equal(("a", AttemptOutcome.AgentLost, """{"done":3}"""), (lost.Handoff!.FromAgent, lost.Handoff.Reason, lost.Handoff.Progress?.Text));
        Assert.True(lost.IsReady(At(100)));
        Nothing(TaskLife.Lose(lost, "a", 7, Queue, At(101)));
        Nothing(TaskLife.Lose(working, "b", 7, Queue, At(101)));
        Nothing(TaskLife.Lose(working, "a", 6, Queue, At(101)));   // what it had before was lost; what it has now is its own
    }

    [Fact]
    public void What_is_given_back_before_it_was_begun_waits_again_and_nothing_else_does()
    {
        var back = To(TaskChange.Requeued, TaskLife.GiveBack(Assigned(), "a", 7, At(2)));

        Assert.Equal((WorkStatus.Queued, 0, AttemptOutcome.NotStarted), (back.Status, back.Attempts, back.History[^1].Outcome));
        Nothing(TaskLife.GiveBack(Running(), "a", 7, At(2)));
        Nothing(TaskLife.GiveBack(Assigned(), "a", 6, At(2)));
        Nothing(TaskLife.GiveBack(back, "a", 7, At(3)));
    }

    [Fact]
    public void An_attempt_that_never_began_does_not_count_however_often()
    {
        var task = New(new() { Type = "x", MaxAttempts = 1 });
        for (var i = 0; i < 50; i++)
        {
            task = To(TaskChange.Assigned, TaskLife.Assign(task, "a", 10 + i, At(i)));
            task = To(TaskChange.Requeued, i % 2 == 0 ? TaskLife.Lose(task, "a", 10 + i, Queue, At(i)) : TaskLife.Expire(task, Queue, null, At(i + 60)));
        }

        Assert.Equal((0, WorkStatus.Queued, TaskLife.MaxHistory, (TaskHandoff?)null), (task.Attempts, task.Status, task.History.Length, task.Handoff));
    }

    [Fact]
    public void Each_attempt_backs_off_longer_until_the_last_has_failed()
    {
        var task = New(new() { Type = "x", MaxAttempts = 3 });
        var pauses = new List<double>();
        for (var i = 1; i <= 3; i++)
        {
            task = To(TaskChange.Assigned, TaskLife.Assign(task with { NotBefore = null }, "a", i, At(i)));
            var step = TaskLife.Fail(task, By("a", i) with { Error = "boom" }, Queue, Limits, At(i));
            task = To(i < 3 ? TaskChange.Retried : TaskChange.Failed, step);
            if (task.NotBefore is { } later) pauses.Add((later - At(i)).TotalSeconds);
        }

        Assert.Equal([1, 2], pauses);
        Assert.Equal((WorkStatus.Failed, "boom", 3), (task.Status, task.Error, task.Attempts));
    }

    [Fact]
    public void A_failure_that_cannot_be_retried_is_the_last()
    {
        var failed = To(TaskChange.Failed, TaskLife.Fail(Running(), By("a", 7) with { Retryable = false }, Queue, Limits, At(3)));

        Assert.Equal((WorkStatus.Failed, 1), (failed.Status, failed.Attempts));
        Assert.NotNull(failed.Error);
    }

    [Fact]
    public void A_task_that_kills_its_agents_fails_after_its_last_attempt()
    {
        var task = New(new() { Type = "x", MaxAttempts = 2 });
        for (var i = 1; i <= 2; i++)
        {
            task = TaskLife.Start(TaskLife.Assign(task, $"a{i}", i, At(i)).After!, By($"a{i}", i), Limits, At(i)).After!;
            task = TaskLife.Lose(task, $"a{i}", i, Queue, At(i)).After!;
        }

        Assert.Equal(WorkStatus.Failed, task.Status);
    }

    [Fact]
    public void Pauses_differ_between_tasks_and_are_the_same_for_the_same_one()
    {
        var queue = Queue with { BackoffJitter = 0.2 };
        var pauses = Enumerable.Range(0, 200).Select(i => TaskLife.Backoff(New() with { TaskId = $"t{i}", Attempts = 3 }, queue).TotalSeconds).ToArray();

        Assert.All(pauses, p => Assert.InRange(p, 3.2, 4.8));
        Assert.InRange(pauses.Average(), 3.9, 4.1);
        Assert.True(pauses.Distinct().Count() > 100);
        Assert.Equal(pauses[5], TaskLife.Backoff(New() with { TaskId = "t5", Attempts = 3 }, queue).TotalSeconds);
        Assert.Equal(60, TaskLife.Backoff(New() with { Attempts = 90 }, Queue).TotalSeconds);
    }

    [Fact]
    public void One_that_others_must_end_before_waits_for_all_of_them()
    {
        var task = New(null, "x", "y");
        Assert.False(task.IsReady(At(1)));
        task = To(TaskChange.DependencyEnded, TaskLife.DependencyEnded(task, "x", WorkStatus.Completed, At(2)));
        Assert.False(task.IsReady(At(2)));
        Nothing(TaskLife.DependencyEnded(task, "x", WorkStatus.Completed, At(3)));
        Nothing(TaskLife.DependencyEnded(task, "z", WorkStatus.Failed, At(3)));
        task = To(TaskChange.DependencyEnded, TaskLife.DependencyEnded(task, "y", WorkStatus.Completed, At(4)));
        Assert.True(task.IsReady(At(4)));
        Assert.Equal(At(4), task.QueuedAt);
    }

    [Theory]
    [InlineData(DependencyFailure.Fail, WorkStatus.Failed)]
    [InlineData(DependencyFailure.Release, WorkStatus.Queued)]
    public void A_dependency_that_fails_fails_or_releases_it(DependencyFailure choice, WorkStatus then)
    {
        var task = New(new() { Type = "x", OnDependencyFailure = choice }, "x", "y");

        Assert.Equal(then, TaskLife.DependencyEnded(task, "x", WorkStatus.Failed, At(2)).After!.Status);
        Assert.Equal(then, TaskLife.DependencyEnded(task, "x", WorkStatus.Cancelled, At(2)).After!.Status);
    }

    [Fact]
    public void Cancelling_ends_it_wherever_it_is_and_its_token_with_it()
    {
        foreach (var state in new[] { New(), Assigned(), Running() })
        {
            var cancelled = To(TaskChange.Cancelled, TaskLife.Cancel(state, new() { AgentId = "ann", Reason = "no need" }, At(3)));
            Assert.Equal((WorkStatus.Cancelled, "no need", null), (cancelled.Status, cancelled.Error, cancelled.Current));
            Assert.Equal(Codes.StaleToken, Refused(TaskLife.Complete(cancelled, By("a", 7), Limits, At(4))));
        }

        Assert.Equal(Codes.TaskOver, Refused(TaskLife.Cancel(TaskLife.Complete(Running(), By("a", 7), Limits, At(5)).After!, new(), At(6))));
        Assert.Equal(Codes.StaleToken, Refused(TaskLife.Cancel(Running(), new() { Token = 6 }, At(6))));
    }

    [Fact]
    public void Times_are_up_one_by_one()
    {
        var task = new SubmitTask { Type = "x", ScheduleToStartMs = 10_000, StartToCloseMs = 30_000, HeartbeatTimeoutMs = 5_000, Deadline = At(1_000) };
        Assert.Equal(At(10), TaskLife.DueAt(New(task), Queue));
        Assert.Equal(At(10), TaskLife.DueAt(Assigned(task), Queue));
        Assert.Equal(At(7), TaskLife.DueAt(Running(task), Queue));
        Assert.Equal(At(25), TaskLife.DueAt(Running(task), Queue, At(20)));
        Assert.Equal(At(32), TaskLife.DueAt(Running(task), Queue, At(30)));
        Assert.Equal(At(61), TaskLife.DueAt(Assigned(), Queue));
        Assert.Null(TaskLife.DueAt(New(), Queue));

        Nothing(TaskLife.Expire(Running(task), Queue, null, At(6.9)));
        Assert.Contains("heartbeatTimeoutMs", To(TaskChange.Requeued, TaskLife.Expire(Running(task), Queue with { BackoffMs = 0 }, null, At(7))).Error, StringComparison.Ordinal);
        Assert.Contains("startToCloseMs", To(TaskChange.Requeued, TaskLife.Expire(Running(task), Queue, At(31), At(32))).Error, StringComparison.Ordinal);
        Assert.Contains("scheduleToStartMs", To(TaskChange.Failed, TaskLife.Expire(New(task), Queue, null, At(10))).Error, StringComparison.Ordinal);
        Assert.Contains("deadline", To(TaskChange.Failed, TaskLife.Expire(Running(task), Queue, At(999), At(1_000))).Error, StringComparison.Ordinal);
        Assert.Equal(WorkStatus.Queued, To(TaskChange.Requeued, TaskLife.Expire(Assigned(), Queue, null, At(61))).Status);
    }

    [Fact]
    public void The_time_to_begin_runs_only_while_somebody_could_begin()
    {
        var task = new SubmitTask { Type = "x", ScheduleToStartMs = 500 };
        Assert.Null(TaskLife.DueAt(New(task, "other"), Queue));
        var failed = To(TaskChange.Retried, TaskLife.Fail(Running(task), By("a", 7), Queue with { BackoffMs = 10_000, BackoffJitter = 0 }, Limits, At(3)));
        Nothing(TaskLife.Expire(failed, Queue, null, At(13)));

        var again = To(TaskChange.Assigned, TaskLife.Assign(failed, "a", 8, At(13.4)));

        Nothing(TaskLife.Expire(again, Queue, null, At(13.4)));
        Assert.Equal(At(13.5), TaskLife.DueAt(again, Queue));
    }

    [Fact]
    public void One_that_begins_anew_waits_for_those_it_depends_on_that_are_not_over()
    {
        var failed = To(TaskChange.Failed, TaskLife.DependencyEnded(New(null, "x", "y"), "x", WorkStatus.Failed, At(1)));

        var revived = To(TaskChange.Revived, TaskLife.Revive(failed, ["y"], At(2)));

        Assert.Equal(["y"], revived.WaitsFor);
        Assert.False(revived.IsReady(At(2)));
    }

    [Fact]
    public void One_that_failed_can_begin_anew_with_all_its_attempts()
    {
        var failed = TaskLife.Fail(Running(new() { Type = "x", Deadline = At(10) }), By("a", 7) with { Retryable = false }, Queue, Limits, At(3)).After!;

        var revived = To(TaskChange.Revived, TaskLife.Revive(failed, [], At(20)));

        Assert.Equal((WorkStatus.Queued, 0, (DateTimeOffset?)null, (DateTimeOffset?)null), (revived.Status, revived.Attempts, revived.Deadline, revived.EndedAt));
        Assert.True(revived.IsReady(At(20)));
        Assert.Equal(Codes.TaskOver, Refused(TaskLife.Revive(TaskLife.Complete(Running(), By("a", 7), Limits, At(5)).After!, [], At(6))));
        Nothing(TaskLife.Revive(Running(), [], At(3)));
    }

    [Fact]
    public void What_is_said_is_bounded()
    {
        var limits = new TaskLimits { MaxProgressLength = 10, MaxResultLength = 10, MaxTextLength = 10 };
        var large = new JsonText($"\"{new string('x', 10)}\"");

        Assert.Equal(Codes.TooLarge, Refused(TaskLife.Heartbeat(Running(), By("a", 7) with { Progress = large }, limits, At(3))));
        Assert.Equal(Codes.TooLarge, Refused(TaskLife.Complete(Running(), By("a", 7) with { Result = large }, limits, At(3))));
        Assert.Equal(Codes.TooLarge, Refused(TaskLife.Fail(Running(), By("a", 7) with { Error = "12345678901" }, Queue, limits, At(3))));
        Assert.Equal(Codes.ValidationFailed, Refused(TaskLife.Complete(Running(), By("a", 7) with { Result = new("{") }, limits, At(3))));
        Assert.Equal(Codes.ValidationFailed, Refused(TaskLife.Fail(Running(), By("a", 7) with { Error = "a\0b" }, Queue, limits, At(3))));
    }
}
