using System.Collections.Immutable;
using Memento.Tasks;

namespace Memento.Core.Coordination.Tasks;

/// <summary>
/// Decides what a command does to a task, one pure function per command. Time, tokens and chance are arguments;
/// the result is a list of events, nothing, or a refusal.
/// </summary>
public static partial class TaskRules
{
    /// <summary>Progress and refused reports of a task are stored at most this often.</summary>
    public static readonly TimeSpan StoreInterval = TimeSpan.FromSeconds(1);

    /// <summary>Attempts that a task's state remembers; older ones are in the stream.</summary>
    public const int MaxPastAttempts = 20;

    /// <summary>Longest payload and metadata, in characters together, that stand in a task's first event.</summary>
    public const int MaxInlineBody = 1_024;

    /// <summary>Submits a task under an id that is free.</summary>
    /// <param name="spec">A valid request.</param>
    /// <param name="body">Payload and metadata; null = none.</param>
    /// <param name="waitsFor">Those of the spec's dependencies that are not over.</param>
    /// <param name="lastToken">Last token of a swept task with the same id; 0 if there was none.</param>
    public static Decision<TaskEvent> Submit(
        TaskState task, TaskSpec spec, TaskBody? body, ImmutableArray<string> waitsFor, long lastToken, DateTimeOffset now)
    {
        if (!task.Exists) return First(new TaskEvent.Submitted(spec, waitsFor, lastToken) { Body = Inline(body), At = now }, body);
        return Refusal.Of(RefusalKind.Conflict, Codes.TaskExists, $"Task \"{spec.TaskId}\" exists already. Choose another id, or none.");
    }

    /// <summary>Returns the first events of a new task. The store answers when the id is taken.</summary>
    /// <param name="request">A valid request.</param>
    /// <param name="settings">Settings of the queue, which fill in what the request leaves open.</param>
    /// <param name="waitsFor">Those of the request's dependencies that are not over.</param>
    public static ImmutableArray<TaskEvent> Birth(
        SubmitTask request, string taskId, string queue, QueueSettings settings, ImmutableArray<string> waitsFor, DateTimeOffset now) =>
        Submit(TaskState.None, TaskSpec.Of(request, taskId, queue, settings), TaskBody.Of(request), waitsFor, lastToken: 0, now).Facts;

    /// <summary>Takes over a task from an older store. The next token is above the last one of that store.</summary>
    public static Decision<TaskEvent> Import(TaskState task, TaskState imported, TaskBody? body, DateTimeOffset now) =>
        task.Exists ? Decision<TaskEvent>.Nothing : First(new TaskEvent.Imported(imported) { Body = Inline(body), At = now }, body);

    /// <summary>Gives a ready task to an agent. The same reservation again gets the same answer.</summary>
    /// <param name="epoch">The agent's epoch; the journal refuses the event when the agent's row has another.</param>
    public static Decision<TaskEvent> Assign(TaskState task, string agentId, long epoch, string reservationId, DateTimeOffset now)
    {
        if (!task.Exists) return TaskRefusals.NotFound;
        if (task.Lease is { } lease)
        {
            return lease.ReservationId == reservationId && lease.AgentId == agentId
                ? Decision<TaskEvent>.Nothing
                : TaskRefusals.CannotStart(task, $"agent \"{lease.AgentId}\" has it under token {lease.Token}");
        }

        if (task.IsOver) return TaskRefusals.Over(task, "Retry it first, if it is to run again.");
        if (!task.WaitsFor.IsEmpty) return TaskRefusals.CannotStart(task, $"it waits for task \"{task.WaitsFor[0]}\"");
        if (task.NotBefore > now) return TaskRefusals.CannotStart(task, $"it backs off until {task.NotBefore:O}");
        if (task.LatestStart < now) return TaskRefusals.CannotStart(task, $"its deadline {task.Deadline:O} cannot be met any more");
        return new TaskEvent.Assigned(agentId, epoch, reservationId, task.Token + 1) { At = TimeOf(task, now) };
    }

    /// <summary>Records that the agent works on the task. Starting again is a heartbeat.</summary>
    public static Decision<TaskEvent> Start(TaskState task, TaskReport report, TaskLimits limits, DateTimeOffset now) =>
        Heartbeat(task, report, limits, now);

    /// <summary>
    /// Records progress; the first report of a lease starts the task. Progress that comes sooner than <see cref="StoreInterval"/>
    /// after the last one stored has no event: the caller holds it (<see cref="ReportBuffer"/>).
    /// </summary>
    public static Decision<TaskEvent> Heartbeat(TaskState task, TaskReport report, TaskLimits limits, DateTimeOffset now)
    {
        if (Problem(task, report, limits) is { } problem) return problem;
        if (task.Lease is not { } lease || !lease.IsHeldBy(report.AgentId, report.Token)) return Stale(task, report);
        var at = TimeOf(task, now);
        var events = ImmutableArray.CreateBuilder<TaskEvent>(2);
        if (lease.StartedAt is null) events.Add(new TaskEvent.Started(lease.Token) { At = at });
        if (report.Progress is { } progress && progress != task.Progress && !(at - task.ProgressAt < StoreInterval))
            events.Add(new TaskEvent.Progressed(lease.Token, progress) { At = at });
        return events.ToImmutable();
    }

    /// <summary>Completes the task. The same completion again gets the same answer; another result is refused.</summary>
    public static Decision<TaskEvent> Complete(TaskState task, TaskReport report, TaskLimits limits, DateTimeOffset now)
    {
        if (Problem(task, report, limits) is { } problem) return problem;
        if (task.Status is WorkStatus.Completed && EndedWith(task, report))
        {
            return report.Result == task.Result
                ? Decision<TaskEvent>.Nothing
                : TaskRefusals.Over(task, "The first result stands.");
        }

        if (task.Lease is not { } lease || !lease.IsHeldBy(report.AgentId, report.Token)) return Stale(task, report);
        return new TaskEvent.Completed(lease.Token, report.Result) { At = TimeOf(task, now) };
    }

    /// <summary>Ends an attempt that failed. Another follows after a back-off, unless that was the last one.</summary>
    /// <param name="jitter">Randomness of the back-off, −1 to 1.</param>
    public static Decision<TaskEvent> Fail(
        TaskState task, TaskReport report, QueueSettings settings, TaskLimits limits, double jitter, DateTimeOffset now)
    {
        if (Problem(task, report, limits) is { } problem) return problem;
        if (task.Lease is null && EndedWith(task, report) && task.LastAttempt!.Outcome is AttemptOutcome.Failed)
            return Decision<TaskEvent>.Nothing;
        if (task.Lease is not { } lease || !lease.IsHeldBy(report.AgentId, report.Token)) return Stale(task, report);
        var error = string.IsNullOrEmpty(report.Error) ? "The agent gave no reason." : report.Error;
        if (report.Retryable is false) return Failed(task, FailureReason.NotRetryable, AttemptOutcome.Failed, error, now);
        return EndAttempt(task, AttemptOutcome.Failed, error, BackOff(task, settings, jitter), now);
    }

    /// <summary>
    /// Ends the lease with this token; any other lease stays as it is. A started attempt whose agent was lost counts,
    /// and a started task is not given back.
    /// </summary>
    public static Decision<TaskEvent> Release(TaskState task, long token, ReleaseReason reason, DateTimeOffset now)
    {
        if (task.Lease is not { } lease || lease.Token != token) return Decision<TaskEvent>.Nothing;
        if (lease.StartedAt is not null && reason is ReleaseReason.AgentLost)
            return EndAttempt(task, AttemptOutcome.AgentLost, $"Agent \"{lease.AgentId}\" was lost.", TimeSpan.Zero, now);
        if (lease.StartedAt is not null && reason is ReleaseReason.GivenBack or ReleaseReason.NotStarted) return Decision<TaskEvent>.Nothing;
        return new TaskEvent.Released(token, reason) { At = TimeOf(task, now) };
    }

    /// <summary>
    /// Gives the lease of an older epoch to the new instance of the same agent, with a new token, in one append.
    /// A task that may not start again at once is only released.
    /// </summary>
    public static Decision<TaskEvent> Resume(TaskState task, long token, long epoch, string reservationId, DateTimeOffset now)
    {
        if (task.Lease is { } same && same.ReservationId == reservationId) return Decision<TaskEvent>.Nothing;
        var released = Release(task, token, ReleaseReason.AgentLost, now);
        if (released.Refusal is not null || released.Facts.IsEmpty) return released;
        var after = released.Facts.Aggregate(task, Apply);
        var assigned = Assign(after, task.Lease!.AgentId, epoch, reservationId, now);
        return assigned.Refusal is null ? released.Facts.AddRange(assigned.Facts) : released;
    }

    /// <summary>Stops the task, whoever holds it.</summary>
    public static Decision<TaskEvent> Cancel(TaskState task, CancelTask request, DateTimeOffset now)
    {
        if (!task.Exists) return TaskRefusals.NotFound;
        if (task.Status is WorkStatus.Cancelled) return Decision<TaskEvent>.Nothing;
        if (task.IsOver) return TaskRefusals.Over(task, "There is nothing to cancel.");
        if (request.Token is { } token && task.Lease?.Token != token)
            return TaskRefusals.StaleToken(task, request.AgentId ?? "", token);
        var reason = request.Reason ?? (request.AgentId is { } agent ? $"Cancelled by {agent}." : "Cancelled.");
        return new TaskEvent.Cancelled(reason) { At = TimeOf(task, now) };
    }

    /// <summary>Starts a failed or cancelled task anew. An open task stays as it is.</summary>
    /// <param name="waitsFor">Those of its dependencies that are not over.</param>
    public static Decision<TaskEvent> Redrive(TaskState task, ImmutableArray<string> waitsFor, DateTimeOffset now)
    {
        if (!task.Exists) return TaskRefusals.NotFound;
        if (task.Status is WorkStatus.Completed) return TaskRefusals.Over(task, "Submit a new task instead.");
        return task.IsOver ? new TaskEvent.Redriven(waitsFor) { At = TimeOf(task, now) } : Decision<TaskEvent>.Nothing;
    }

    /// <summary>Tells the task that a dependency is over.</summary>
    public static Decision<TaskEvent> EndDependency(TaskState task, string dependencyId, WorkStatus status, DateTimeOffset now)
    {
        if (task.IsOver || !task.WaitsFor.Contains(dependencyId)) return Decision<TaskEvent>.Nothing;
        if (status is WorkStatus.Completed || task.Spec!.OnDependencyFailure is DependencyFailure.Release)
            return new TaskEvent.DependencySatisfied(dependencyId) { At = TimeOf(task, now) };
        var error = $"Task \"{dependencyId}\", which it depends on, is {TaskRefusals.Name(status)}.";
        return Failed(task, FailureReason.Dependency, AttemptOutcome.Failed, error, now);
    }
    /// <summary>Returns the body if it is short enough for the first event; otherwise it follows in an event of its own.</summary>
    private static TaskBody? Inline(TaskBody? body) => body?.Length <= MaxInlineBody ? body : null;

    private static ImmutableArray<TaskEvent> First(TaskEvent first, TaskBody? body) =>
        body is null || body.Length <= MaxInlineBody ? [first] : [first, new TaskEvent.BodyStored(body) { At = first.At }];
}
