using Memento.Tasks;

namespace Memento.Core.Coordination.Tasks;

/// <summary>The part that derives a task's state from its events, and what the commands share.</summary>
public static partial class TaskRules
{
    /// <summary>Returns the state after an event.</summary>
    public static TaskState Apply(TaskState task, TaskEvent newEvent) => (newEvent switch
    {
        TaskEvent.Submitted e => new TaskState
        {
            Spec = e.Spec, WaitsFor = e.WaitsFor, Token = Math.Max(task.Token, e.LastToken), Deadline = e.Spec.Deadline, CreatedAt = e.At, QueuedAt = e.At,
        },
        TaskEvent.BodyStored => task,
        TaskEvent.Imported e => e.State,
        TaskEvent.Assigned e => task with
        {
            Status = WorkStatus.Assigned,
            Token = e.Token,
            Lease = new(e.AgentId, e.Epoch, e.ReservationId, e.Token, e.At) { Attempt = task.Attempts + 1 },
            Attempts = task.Attempts + 1,
            QueuedAt = ReadySince(task),
            NotBefore = null,
            Progress = null,
            ProgressAt = null,
            Error = null,
        },
        TaskEvent.Started => Running(task, newEvent.At),
        TaskEvent.Progressed e => Running(task, e.At) with { Progress = e.Progress, ProgressAt = e.At },
        TaskEvent.Completed e => Ended(Running(task, e.At), AttemptOutcome.Completed, null, e.At) with
        {
            Status = WorkStatus.Completed, Result = e.Result, EndedAt = e.At,
        },
        TaskEvent.AttemptFailed e => Ended(task, e.Outcome, e.Error, e.At) with
        {
            Status = WorkStatus.Queued, QueuedAt = e.At, NotBefore = e.NotBefore, Error = e.Error,
        },
        TaskEvent.Failed e => Ended(task, e.Outcome, e.Error, e.At) with
        {
            Status = WorkStatus.Failed, NotBefore = null, Error = e.Error, EndedAt = e.At,
        },
        TaskEvent.Released e => Ended(task, OutcomeOf(e.Reason), null, e.At) with
        {
            Status = WorkStatus.Queued,
            Attempts = task.Attempts - 1,
            QueuedAt = task.Lease?.StartedAt is null ? task.QueuedAt : e.At,
        },
        TaskEvent.Cancelled e => Ended(task, AttemptOutcome.Cancelled, e.Reason, e.At) with
        {
            Status = WorkStatus.Cancelled, NotBefore = null, Error = e.Reason, EndedAt = e.At,
        },
        TaskEvent.Redriven e => task with
        {
            Status = WorkStatus.Queued,
            WaitsFor = e.WaitsFor,
            Attempts = 0,
            QueuedAt = e.At,
            Deadline = task.Deadline > e.At ? task.Deadline : null,
            Error = null,
            EndedAt = null,
        },
        TaskEvent.DependencySatisfied e => task with
        {
            WaitsFor = task.WaitsFor.Remove(e.TaskId), QueuedAt = task.WaitsFor.Length == 1 ? e.At : task.QueuedAt,
        },
        TaskEvent.StaleReportRejected e => task with
        {
            StaleReports = new((task.StaleReports?.Count ?? 0) + e.Count, e.Last, e.At),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(newEvent), newEvent, "Unknown event."),
    }) with { LastEventAt = newEvent.At };

    private static TaskState Running(TaskState task, DateTimeOffset at) =>
        task.Lease is { StartedAt: null } lease ? task with { Status = WorkStatus.Running, Lease = lease with { StartedAt = at } } : task;

    /// <summary>Ends the lease, if one stands. A started attempt leaves a note for the next agent.</summary>
    private static TaskState Ended(TaskState task, AttemptOutcome outcome, string? error, DateTimeOffset at)
    {
        if (task.Lease is not { } lease) return task;
        var note = lease.StartedAt is null || outcome is AttemptOutcome.Completed
            ? task.Handoff
            : new HandoffNote(lease.AgentId, outcome, at, task.Progress, error);
        var past = task.PastAttempts.Length < MaxPastAttempts ? task.PastAttempts : task.PastAttempts.RemoveAt(0);
        return task with { Lease = null, PastAttempts = past.Add(new(lease, outcome, at, error)), Handoff = note };
    }

    private static AttemptOutcome OutcomeOf(ReleaseReason reason) => reason switch
    {
        ReleaseReason.AgentLost => AttemptOutcome.AgentLost,
        ReleaseReason.Handoff => AttemptOutcome.HandedOver,
        _ => AttemptOutcome.NotStarted,
    };

    /// <summary>Ends the attempt under way: another follows after the pause, unless that was the last one.</summary>
    private static Decision<TaskEvent> EndAttempt(
        TaskState task, AttemptOutcome outcome, string error, TimeSpan pause, DateTimeOffset now)
    {
        if (task.Attempts >= task.Spec!.MaxAttempts) return Failed(task, FailureReason.AttemptsExhausted, outcome, error, now);
        var at = TimeOf(task, now);
        return new TaskEvent.AttemptFailed(task.Lease!.Token, outcome, error, pause > TimeSpan.Zero ? at + pause : null) { At = at };
    }

    private static TaskEvent.Failed Failed(
        TaskState task, FailureReason reason, AttemptOutcome outcome, string error, DateTimeOffset now) =>
        new(reason, outcome, error, task.Lease?.Token) { At = TimeOf(task, now) };

    private static bool EndedWith(TaskState task, TaskReport report) =>
        task.LastAttempt is { } last && last.Lease.IsHeldBy(report.AgentId, report.Token);

    private static Refusal Stale(TaskState task, TaskReport report) => TaskRefusals.StaleToken(task, report.AgentId, report.Token);

    private static Refusal? Problem(TaskState task, TaskReport report, TaskLimits limits)
    {
        if (!task.Exists) return TaskRefusals.NotFound;
        if (report.Progress is { } progress && progress.Text.Length > limits.MaxProgressLength)
            return TooLong("progress", progress.Text.Length, limits.MaxProgressLength, "MaxProgressLength");
        if (report.Result is { } result && result.Text.Length > limits.MaxResultLength)
            return TooLong("result", result.Text.Length, limits.MaxResultLength, "MaxResultLength");
        if (report.Error?.Length > limits.MaxTextLength)
            return TooLong("error", report.Error.Length, limits.MaxTextLength, "MaxTextLength");
        if (report.Error?.Contains('\0', StringComparison.Ordinal) is true) return Refusal.Invalid("error", "has the character U+0000");
        return report.Progress?.Problem(anyValue: true) is { } bad ? Refusal.Invalid("progress", bad)
            : report.Result?.Problem(anyValue: true) is { } worse ? Refusal.Invalid("result", worse)
            : null;
    }

    private static Refusal TooLong(string field, int length, int max, string option) => Refusal.Of(
        RefusalKind.TooLarge, Codes.TooLarge, $"{field}: has {length} characters; at most {max} are allowed (Memento:Tasks:{option})");
}
