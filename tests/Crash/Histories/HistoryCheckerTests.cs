using Memento.Tasks;
using Xunit;

namespace Memento.Tests.Crash.Histories;

/// <summary>The checker sees what must never be.</summary>
public sealed class HistoryCheckerTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_history_without_fault_passes() => Assert.Empty(HistoryChecker.Check(Good()));

    [Fact]
    public void A_task_that_was_acknowledged_and_is_not_there() => Sees("t1 was submitted and is not there", h => h with { Tasks = [] });

    [Fact]
    public void A_task_that_has_not_ended() => Sees("has not ended", h => With(h, t => t with { Status = WorkStatus.Running }));

    [Fact]
    public void Two_completions_under_different_tokens() => Sees("completed more than once", h => h with { Calls = h.Calls.Add(Said("a.0", TaskOperation.Complete, 3, 15, 16)) });

    [Fact]
    public void A_completion_that_was_accepted_and_forgotten() => Sees("is not recorded", h => With(h, t => t with { History = [t.History[0], t.History[1] with { Outcome = AttemptOutcome.Failed }], Status = WorkStatus.Failed, Result = null }));

    [Fact]
    public void A_completion_that_nobody_said() => Sees("nobody said so", h => h with { Calls = h.Calls.RemoveAll(c => c.Operation is TaskOperation.Complete) });

    [Fact]
    public void The_result_of_another_attempt() => Sees("the result of another", h => With(h, t => t with { Result = new("3") }));

    [Fact]
    public void A_start_after_the_completion() => Sees("after it was completed", h => h with { Calls = h.Calls.Add(Said("c.2", TaskOperation.Start, 9, 50, 51)) });

    [Fact]
    public void A_stale_word_that_counted() => Sees("a.0 heartbeat t1 under 3: ok, after b.1", h => h with { Calls = h.Calls.Add(Said("a.0", TaskOperation.Heartbeat, 3, 33, 34)) });

    [Fact]
    public void One_assignment_for_two_processes() => Sees("given to several under 5", h => h with { Calls = h.Calls.Add(Said("c.2", null, 5, 20, 30)) });

    [Fact]
    public void Tokens_that_do_not_grow() => Sees("tokens that do not grow", h => With(h, t => t with { History = [t.History[1], t.History[0]] }));

    [Fact]
    public void A_cancellation_that_was_accepted_and_lost() => Sees("was cancelled and is Completed", h => h with { Cancelled = ["t1"] });

    [Fact]
    public void Too_many_attempts() => Sees("and 3 are allowed", h => With(h, t => t with { Attempts = 4 }));

    [Fact]
    public void A_load_that_stays() => Sees("has a load of 1", h => h with { Agents = [h.Agents[0] with { Load = 1 }] });

    [Fact]
    public void A_count_that_is_wrong() => Sees("the queue counts 2 submitted", h => h with { Queue = h.Queue with { Submitted = 2 } });

    [Fact]
    public void A_task_that_is_overtaken_for_long()
    {
        var good = Good();
        var others = Enumerable.Range(2, 5).Select(i => good.Tasks[0] with { TaskId = $"t{i}", CreatedAt = Start.AddSeconds(1), History = [good.Tasks[0].History[1] with { Attempt = 1, Token = 1, AssignedAt = Start.AddSeconds(2) }] });
        Assert.Contains("t1 was overtaken by 5", string.Join('\n', HistoryChecker.Check(With(good, t => t with { Priority = 9 }) with { Tasks = [With(good, t => t with { Priority = 9 }).Tasks[0], .. others] })), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_of_a_killed_process_are_read_back_as_its_calls()
    {
        Call[] calls = [.. CallLines.Parse("a.0", ["# registered", CallLines.Received("t1", 3, 1), CallLines.Begin(1, TaskOperation.Start, "t1", 3), CallLines.Begin(2, TaskOperation.Heartbeat, "t1", 3), CallLines.End(1, Call.Accepted), "< 2"])];

        Assert.Equal([(null, true), (TaskOperation.Start, true), (TaskOperation.Heartbeat, false)], calls.Select(c => (c.Operation, c.IsAccepted)));
        Assert.Null(calls[2].Ended);
    }

    private static void Sees(string violation, Func<History, History> spoil) => Assert.Contains(violation, string.Join('\n', HistoryChecker.Check(spoil(Good()))), StringComparison.Ordinal);

    private static History With(History h, Func<TaskView, TaskView> change) => h with { Tasks = [change(h.Tasks[0])] };

    private static Call Said(string process, TaskOperation? operation, long token, long begun, long ended, string outcome = Call.Accepted) => new(process, operation, "t1", token, begun, ended, outcome);

    /// <summary>One task that was lost by its first agent and done by its second, whose name the first says in vain.</summary>
    private static History Good() => new()
    {
        Submitted = [new() { Type = "t", TaskId = "t1" }], Cancelled = [], CancelAsked = [], Room = 4,
        Calls =
        [
            Said("a.0", null, 3, 1, 10), Said("a.0", TaskOperation.Start, 3, 11, 12), Said("b.1", null, 5, 14, 30), Said("b.1", TaskOperation.Start, 5, 31, 32),
            Said("a.0", TaskOperation.Complete, 3, 33, 34, Codes.StaleToken), Said("b.1", TaskOperation.Complete, 5, 40, 41),
        ],
        Tasks =
        [
            new()
            {
                TaskId = "t1", Type = "t", Queue = "default", Status = WorkStatus.Completed, Priority = 0, Attempts = 2, MaxAttempts = 3, CreatedAt = Start, CompletedAt = Start.AddSeconds(9), Result = new("5"),
                History =
                [
                    new() { Attempt = 1, AgentId = "a", Token = 3, AssignedAt = Start.AddSeconds(3), EndedAt = Start.AddSeconds(4), Outcome = AttemptOutcome.AgentLost },
                    new() { Attempt = 2, AgentId = "b", Token = 5, AssignedAt = Start.AddSeconds(5), EndedAt = Start.AddSeconds(9), Outcome = AttemptOutcome.Completed },
                ],
            },
        ],
        Queue = new() { Name = "default", Settings = QueueSettings.Default, Queued = 0, Assigned = 0, Running = 0, Submitted = 1, Completed = 1, Failed = 0, Cancelled = 0, Refused = 1, CreatedAt = Start },
        Agents =
        [
            new() { AgentId = "b", Type = "t", Capabilities = [], Priority = 0, Load = 0, MaxLoad = 2, Status = Agents.AgentStatus.Idle, TotalTasksCompleted = 1, AverageTaskDuration = 0, ErrorRate = 0, RegisteredAt = Start },
        ],
    };
}
