using Memento.Core.Coordination.Tasks;
using Memento.Tasks;
using Xunit;
using static Memento.Tests.Coordination.Tasks.TaskStories;

namespace Memento.Tests.Coordination.Tasks;

/// <summary>What each command does to a task in each state.</summary>
public sealed class TaskRulesTests
{
    [Theory]
    [InlineData("none", Codes.TaskNotFound)]
    [InlineData("queued", "Assigned")]
    [InlineData("released", "Assigned")]
    [InlineData("blocked", TaskRefusals.NotReady)]
    [InlineData("backing off", TaskRefusals.NotReady)]
    [InlineData("assigned", TaskRefusals.NotReady)]
    [InlineData("running", TaskRefusals.NotReady)]
    [InlineData("completed", Codes.TaskOver)]
    [InlineData("failed", Codes.TaskOver)]
    [InlineData("cancelled", Codes.TaskOver)]
    public void Assign_takes_only_a_ready_task(string task, string expected) =>
        Assert.Equal(expected, Outcome(TaskRules.Assign(Named(task), "a2", 1, "r2", At(3.5))));

    [Theory]
    [InlineData("none", Codes.TaskNotFound, Codes.TaskNotFound, Codes.TaskNotFound, Codes.TaskNotFound)]
    [InlineData("queued", Codes.StaleToken, Codes.StaleToken, Codes.StaleToken, Codes.StaleToken)]
    [InlineData("assigned", "Started", "Started", "Completed", "AttemptFailed")]
    [InlineData("running", "nothing", "nothing", "Completed", "AttemptFailed")]
    [InlineData("released", Codes.StaleToken, Codes.StaleToken, Codes.StaleToken, Codes.StaleToken)]
    [InlineData("backing off", Codes.StaleToken, Codes.StaleToken, Codes.StaleToken, "nothing")]
    [InlineData("completed", Codes.StaleToken, Codes.StaleToken, "nothing", Codes.StaleToken)]
    [InlineData("failed", Codes.StaleToken, Codes.StaleToken, Codes.StaleToken, "nothing")]
    [InlineData("cancelled", Codes.StaleToken, Codes.StaleToken, Codes.StaleToken, Codes.StaleToken)]
    public void Report_counts_only_while_its_lease_stands(string task, string start, string heartbeat, string complete, string fail)
    {
        var state = Named(task);

        Assert.Equal(start, Outcome(TaskRules.Start(state, Report(), Limits, At(5))));
        Assert.Equal(heartbeat, Outcome(TaskRules.Heartbeat(state, Report(), Limits, At(5))));
        Assert.Equal(complete, Outcome(TaskRules.Complete(state, Report(), Limits, At(5))));
        Assert.Equal(fail, Outcome(TaskRules.Fail(state, Report(), Settings, Limits, 0, At(5))));
    }

    [Theory]
    [InlineData(0, "a1")]
    [InlineData(2, "a1")]
    [InlineData(1, "a2")]
    public void Report_with_another_token_or_agent_is_refused(long token, string agent)
    {
        var report = Report(token, agent);

        Assert.Equal(Codes.StaleToken, Outcome(TaskRules.Start(Running(), report, Limits, At(3))));
        Assert.Equal(Codes.StaleToken, Outcome(TaskRules.Complete(Running(), report, Limits, At(3))));
        Assert.Equal(Codes.StaleToken, Outcome(TaskRules.Complete(Running().Complete(), report, Limits, At(3))));
    }

    [Theory]
    [InlineData(ReleaseReason.AgentLost, "assigned", "Released")]
    [InlineData(ReleaseReason.AgentLost, "running", "AttemptFailed")]
    [InlineData(ReleaseReason.NotStarted, "assigned", "Released")]
    [InlineData(ReleaseReason.NotStarted, "running", "nothing")]
    [InlineData(ReleaseReason.GivenBack, "assigned", "Released")]
    [InlineData(ReleaseReason.GivenBack, "running", "nothing")]
    [InlineData(ReleaseReason.Handoff, "assigned", "Released")]
    [InlineData(ReleaseReason.Handoff, "running", "Released")]
    [InlineData(ReleaseReason.AgentLost, "queued", "nothing")]
    [InlineData(ReleaseReason.AgentLost, "completed", "nothing")]
    public void Release_ends_the_lease_with_its_token_once(ReleaseReason reason, string task, string expected)
    {
        Assert.Equal(expected, Outcome(TaskRules.Release(Named(task), 1, reason, At(3))));
        Assert.Equal("nothing", Outcome(TaskRules.Release(Named(task), 7, reason, At(3))));
    }

    [Theory]
    [InlineData("none", Codes.TaskNotFound, Codes.TaskNotFound)]
    [InlineData("queued", "Cancelled", "nothing")]
    [InlineData("running", "Cancelled", "nothing")]
    [InlineData("completed", Codes.TaskOver, Codes.TaskOver)]
    [InlineData("failed", Codes.TaskOver, "Redriven")]
    [InlineData("cancelled", "nothing", "Redriven")]
    public void Cancel_and_redrive_can_be_repeated(string task, string cancel, string redrive)
    {
        Assert.Equal(cancel, Outcome(TaskRules.Cancel(Named(task), new(), At(5))));
        Assert.Equal(redrive, Outcome(TaskRules.Redrive(Named(task), [], At(5))));
    }

    [Fact]
    public void Cancel_under_a_token_needs_the_lease_with_that_token()
    {
        Assert.Equal("Cancelled", Outcome(TaskRules.Cancel(Running(), new() { Token = 1 }, At(5))));
        Assert.Equal(Codes.StaleToken, Outcome(TaskRules.Cancel(Running(), new() { Token = 2 }, At(5))));
        Assert.Equal(Codes.StaleToken, Outcome(TaskRules.Cancel(Queued(), new() { Token = 1 }, At(5))));
    }

    [Fact]
    public void Submission_of_a_taken_id_is_refused() =>
        Assert.Equal(Codes.TaskExists, Outcome(TaskRules.Submit(Queued(), Spec, null, [], 0, T0)));

    [Theory]
    [InlineData(1_024, "Submitted")]
    [InlineData(1_025, "Submitted BodyStored")]
    public void Long_body_follows_the_first_event(int length, string expected)
    {
        var request = new SubmitTask { Type = "build", Payload = new($"\"{new string('x', length - 5)}\""), Metadata = new("{ }") };

        var events = TaskRules.Birth(request, "t1", "default", Settings, [], T0);

        Assert.Equal(expected, string.Join(" ", events.Select(e => e.GetType().Name)));
        var body = events[^1] is TaskEvent.BodyStored stored ? stored.Body : ((TaskEvent.Submitted)events[0]).Body;
        Assert.Equal((TaskBody.Of(request), length), (body, body!.Length));
        Assert.Equal(length, events.Aggregate(Memento.Core.Coordination.Tasks.TaskState.None, TaskRules.Apply).Spec!.BodyLength);
    }

    [Fact]
    public void Imported_body_is_stored_as_a_submitted_one()
    {
        var none = Memento.Core.Coordination.Tasks.TaskState.None;
        var (small, large) = (new TaskBody { Payload = new("{}") }, new TaskBody { Payload = new($"\"{new string('x', 2_000)}\"") });

        Assert.Equal(small, ((TaskEvent.Imported)TaskRules.Import(none, Queued(), small, T0).Facts[0]).Body);
        Assert.Equal("Imported BodyStored", Outcome(TaskRules.Import(none, Queued(), large, T0)));
    }

    [Fact]
    public void Token_starts_above_the_last_one_of_a_swept_task()
    {
        var task = Memento.Core.Coordination.Tasks.TaskState.None;
        Assert.Equal(8, task.Apply(TaskRules.Submit(task, Spec, null, [], 7, T0)).Assign().Token);
    }

    [Fact]
    public void Imported_task_keeps_its_state_and_its_tokens_go_on()
    {
        var none = Memento.Core.Coordination.Tasks.TaskState.None;
        var old = Running() with { Token = 41, Lease = null, Status = WorkStatus.Queued };

        var task = none.Apply(TaskRules.Import(none, old, null, At(5)));

        Assert.Equal(old.QueuedAt, task.QueuedAt);
        Assert.Equal(42, task.Assign(6).Token);
        Assert.Equal("nothing", Outcome(TaskRules.Import(task, old, null, At(6))));
    }

    [Fact]
    public void Same_reservation_gets_the_same_answer_and_another_is_refused()
    {
        Assert.Equal("nothing", Outcome(TaskRules.Assign(Assigned(), "a1", 1, "r1", At(2))));
        Assert.Equal(TaskRefusals.NotReady, Outcome(TaskRules.Assign(Assigned(), "a1", 1, "r2", At(2))));
    }

    [Fact]
    public void Every_assignment_raises_the_token_by_one()
    {
        var task = Queued();
        for (var token = 1; token < 5; token++)
        {
            task = task.Assign(token, reservation: $"r{token}");
            Assert.Equal(token, task.Token);
            task = task.Apply(TaskRules.Release(task, token, ReleaseReason.NotStarted, At(token)));
        }
    }

    [Fact]
    public void Same_completion_is_answered_again_and_another_result_is_refused()
    {
        var done = Running().Complete(result: "1");

        Assert.Equal("nothing", Outcome(TaskRules.Complete(done, Report() with { Result = new("1") }, Limits, At(9))));
        Assert.Equal(Codes.TaskOver, Outcome(TaskRules.Complete(done, Report() with { Result = new("2") }, Limits, At(9))));
    }

    [Fact]
    public void Instance_that_resumes_gets_the_lease_anew_in_one_append()
    {
        var resumed = TaskRules.Resume(Assigned(), 1, 2, "resume-2", At(3));
        Assert.Equal("Released Assigned", Outcome(resumed));
        Assert.Equal((2, 2, "a1"), Lease(Assigned().Apply(resumed)));

        Assert.Equal("AttemptFailed Assigned", Outcome(TaskRules.Resume(Running(), 1, 2, "resume-2", At(3))));
        Assert.Equal("Failed:AttemptsExhausted", Outcome(TaskRules.Resume(Running(Spec with { MaxAttempts = 1 }), 1, 2, "resume-2", At(3))));
        Assert.Equal("nothing", Outcome(TaskRules.Resume(Assigned().Apply(resumed), 1, 2, "resume-2", At(4))));

        static (long, long, string) Lease(Memento.Core.Coordination.Tasks.TaskState task) =>
            (task.Lease!.Token, task.Lease.Epoch, task.Lease.AgentId);
    }

    [Theory]
    [InlineData(WorkStatus.Completed, DependencyFailure.Fail, "DependencySatisfied")]
    [InlineData(WorkStatus.Failed, DependencyFailure.Fail, "Failed:Dependency")]
    [InlineData(WorkStatus.Cancelled, DependencyFailure.Fail, "Failed:Dependency")]
    [InlineData(WorkStatus.Failed, DependencyFailure.Release, "DependencySatisfied")]
    public void Dependency_that_is_over_frees_the_task_or_fails_it(WorkStatus status, DependencyFailure policy, string expected)
    {
        var task = Queued(Spec with { DependsOn = ["d"], OnDependencyFailure = policy }, "d");

        Assert.Equal(expected, Outcome(TaskRules.EndDependency(task, "d", status, At(1))));
        Assert.Equal("nothing", Outcome(TaskRules.EndDependency(task, "other", status, At(1))));
        Assert.Equal("nothing", Outcome(TaskRules.EndDependency(Named("cancelled"), "d", status, At(1))));
    }

    [Fact]
    public void Recorded_times_never_go_down()
    {
        var task = Assigned().Start(at: -60);
        Assert.Equal(At(1), task.Lease!.StartedAt);
        Assert.Equal(At(1), task.LastEventAt);
    }

    [Fact]
    public void Bad_reports_are_refused_before_anything_else()
    {
        Assert.Equal(Codes.TooLarge, Outcome(TaskRules.Complete(Running(), Report() with { Result = new(new string('1', 9)) }, new() { MaxResultLength = 8 }, At(3))));
        Assert.Equal(Codes.ValidationFailed, Outcome(TaskRules.Heartbeat(Running(), Report() with { Progress = new("{") }, Limits, At(3))));
        Assert.Equal(Codes.ValidationFailed, Outcome(TaskRules.Fail(Running(), Report() with { Error = "a\0" }, Settings, Limits, 0, At(3))));
    }
}
