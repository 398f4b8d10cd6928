using System.Collections.Immutable;

namespace Memento.Tasks;

/// <summary>
/// The life of a task, as pure functions: what it is after something was said or done. An agent is believed only with the token of the assignment under way (a fencing token):
/// the position of that assignment in the journal of its queue, so that a later assignment always has a higher one.
/// </summary>
public static class TaskLife
{
    /// <summary>Attempts that a task remembers, the newest.</summary>
    public const int MaxHistory = 20;

    /// <summary>A new task.</summary>
    /// <param name="task">What was asked for, and found good by <see cref="SubmitRules"/>.</param>
    /// <param name="number">Its number in its queue.</param>
    /// <param name="id">Its id.</param>
    /// <param name="waitsFor">Those of its dependencies that have not ended.</param>
    /// <param name="settings">Of its queue.</param>
    /// <param name="now">When it was submitted.</param>
    public static TaskState Submit(SubmitTask task, long number, string id, ImmutableArray<string> waitsFor, QueueSettings settings, DateTimeOffset now) => new()
    {
        Number = number,
        TaskId = id,
        Type = task.Type,
        Priority = task.Priority,
        SessionId = task.SessionId,
        Tenant = task.Tenant,
        RequiredCapabilities = [.. task.RequiredCapabilities.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        EstimatedDurationMs = task.EstimatedDurationMs,
        Deadline = task.Deadline,
        MaxAttempts = task.MaxAttempts ?? settings.MaxAttempts,
        ScheduleToStartMs = task.ScheduleToStartMs,
        StartToCloseMs = task.StartToCloseMs,
        HeartbeatTimeoutMs = task.HeartbeatTimeoutMs,
        DependsOn = [.. task.DependsOn.Distinct(StringComparer.Ordinal)],
        OnDependencyFailure = task.OnDependencyFailure,
        WaitsFor = waitsFor,
        CreatedAt = now,
        QueuedAt = now,
        Size = (task.Payload?.Text.Length ?? 0) + (task.Metadata?.Text.Length ?? 0),
        TraceParent = task.TraceParent,
    };

    /// <summary>Gives it to an agent.</summary>
    public static TaskStep Assign(TaskState s, string agentId, long token, DateTimeOffset now) => !s.IsReady(now) ? TaskStep.Nothing : TaskStep.To(TaskChange.Assigned, s with
    {
        Status = WorkStatus.Assigned,
        QueuedAt = WaitsSince(s),
        NotBefore = null,
        Attempts = s.Attempts + 1,
        Progress = null,
        Error = null,
        History = [.. s.History.TakeLast(MaxHistory - 1), new() { Attempt = s.Attempts + 1, AgentId = agentId, Token = token, AssignedAt = now }],
    });

    /// <summary>The agent says that it began. Saying it again is a heartbeat.</summary>
    public static TaskStep Start(TaskState s, TaskReport by, TaskLimits limits, DateTimeOffset now)
    {
        var step = Heartbeat(s, by, limits, now);
        return s.Status is WorkStatus.Assigned && step.After is { } begun ? TaskStep.To(TaskChange.Started, begun) : step;
    }

    /// <summary>The agent says that it goes on, and how far it is. What says nothing new changes nothing.</summary>
    public static TaskStep Heartbeat(TaskState s, TaskReport by, TaskLimits limits, DateTimeOffset now)
    {
        if (Problem(by, limits) is { } problem) return problem;
        if (Stale(s, by.AgentId, by.Token) is { } stale) return stale;
        if (by.Progress is not { } progress || progress == s.Progress) return s.Status is WorkStatus.Running ? TaskStep.Nothing : TaskStep.To(TaskChange.Started, Begun(s, now));
        return TaskStep.To(TaskChange.Progressed, Begun(s, now) with { Progress = progress });
    }

    /// <summary>The agent says that it is done. Saying it again changes nothing.</summary>
    public static TaskStep Complete(TaskState s, TaskReport by, TaskLimits limits, DateTimeOffset now)
    {
        if (Problem(by, limits) is { } problem) return problem;
        if (s.Status is WorkStatus.Completed && IsLast(s, by)) return TaskStep.Nothing;
        if (Stale(s, by.AgentId, by.Token) is { } stale) return stale;
        var done = Begun(s, now);
        return TaskStep.To(TaskChange.Completed, Ended(done, AttemptOutcome.Completed, null, now) with { Status = WorkStatus.Completed, Progress = by.Progress ?? s.Progress, EndedAt = now });
    }

    /// <summary>The agent says that it failed: it is tried again after a while, or that was the last attempt.</summary>
    public static TaskStep Fail(TaskState s, TaskReport by, QueueSettings settings, TaskLimits limits, DateTimeOffset now)
    {
        if (Problem(by, limits) is { } problem) return problem;
        if (!s.IsHeld && IsLast(s, by) && s.History[^1].Outcome is AttemptOutcome.Failed) return TaskStep.Nothing;
        if (Stale(s, by.AgentId, by.Token) is { } stale) return stale;
        var error = string.IsNullOrEmpty(by.Error) ? "It said no more than that it failed." : by.Error;
        var after = Begun(s, now) with { Progress = by.Progress ?? s.Progress };
        return TryAgain(after, AttemptOutcome.Failed, error, by.Retryable is not false, settings, now);
    }

    /// <summary>Takes it from its agent because that one is gone: it waits again at once, unless that was its last attempt. One that had not begun does not count.</summary>
    public static TaskStep Lose(TaskState s, string agentId, long token, QueueSettings settings, DateTimeOffset now) => Stale(s, agentId, token) is not null ? TaskStep.Nothing
        : s.Status is WorkStatus.Assigned ? WaitAgain(s, AttemptOutcome.AgentLost, now)
        : TryAgain(s, AttemptOutcome.AgentLost, $"Agent {agentId} was lost.", true, settings with { BackoffMs = 0 }, now);

    /// <summary>Its agent gives it back, and has not begun it.</summary>
    public static TaskStep GiveBack(TaskState s, string agentId, long token, DateTimeOffset now) =>
        s.Status is not WorkStatus.Assigned || Stale(s, agentId, token) is not null ? TaskStep.Nothing : WaitAgain(s, AttemptOutcome.NotStarted, now);

    /// <summary>Takes it from one agent so that another can have it, together with its session. It does not cost an attempt.</summary>
    public static TaskStep HandOver(TaskState s, string fromAgent, long token, DateTimeOffset now) =>
        Stale(s, fromAgent, token) is not null ? TaskStep.Nothing : WaitAgain(s, AttemptOutcome.HandedOver, now);

    /// <summary>Stops it, whoever has it.</summary>
    public static TaskStep Cancel(TaskState s, CancelTask by, DateTimeOffset now)
    {
        if (s.Status is WorkStatus.Cancelled) return TaskStep.Nothing;
        if (s.IsOver) return Refusal.Of(RefusalKind.Conflict, Codes.TaskOver, $"Task \"{s.TaskId}\" is {Name(s.Status)} already.");
        if (by.Token is { } token && s.Current?.Token != token)
            return Refusal.Of(RefusalKind.Conflict, Codes.StaleToken, $"Task \"{s.TaskId}\" is {(s.Current is { } now1 ? $"under token {now1.Token}" : Name(s.Status))}, not under token {token}.");
        var why = by.Reason ?? (by.AgentId is { } agent ? $"Cancelled by {agent}." : "Cancelled.");
        return TaskStep.To(TaskChange.Cancelled, (s.IsHeld ? Ended(s, AttemptOutcome.Cancelled, why, now) : s) with { Status = WorkStatus.Cancelled, NotBefore = null, Error = why, EndedAt = now });
    }

    /// <summary>Lets one that has failed or was cancelled begin anew.</summary>
    /// <param name="s">The task.</param>
    /// <param name="waitsFor">Those of its dependencies that are not over now. It does not wait for one that made it fail, unless that one has begun anew itself.</param>
    /// <param name="now">The time.</param>
    public static TaskStep Revive(TaskState s, ImmutableArray<string> waitsFor, DateTimeOffset now) => s.Status switch
    {
        WorkStatus.Failed or WorkStatus.Cancelled => TaskStep.To(TaskChange.Revived, s with
        {
            Status = WorkStatus.Queued, WaitsFor = waitsFor, Attempts = 0, QueuedAt = now, NotBefore = null, EndedAt = null, Error = null,
            Deadline = s.Deadline > now ? s.Deadline : null,   // it has passed: that it comes too late is known
        }),
        WorkStatus.Completed => Refusal.Of(RefusalKind.Conflict, Codes.TaskOver, $"Task \"{s.TaskId}\" is completed already."),
        _ => TaskStep.Nothing,
    };

    /// <summary>One that others wait for.</summary>
    public static TaskStep Await(TaskState s) => s.HasDependents ? TaskStep.Nothing : TaskStep.To(TaskChange.Awaited, s with { HasDependents = true });

    /// <summary>One that it depends on has ended.</summary>
    public static TaskStep DependencyEnded(TaskState s, string taskId, WorkStatus status, DateTimeOffset now)
    {
        if (s.IsOver || !s.WaitsFor.Contains(taskId)) return TaskStep.Nothing;
        if (status is WorkStatus.Completed || s.OnDependencyFailure is DependencyFailure.Release)
            return TaskStep.To(TaskChange.DependencyEnded, s with { WaitsFor = s.WaitsFor.Remove(taskId), QueuedAt = s.WaitsFor.Length == 1 ? now : s.QueuedAt });
        return TaskStep.To(TaskChange.Failed, s with { Status = WorkStatus.Failed, WaitsFor = s.WaitsFor.Remove(taskId), Error = $"Task \"{taskId}\", which it depends on, is {Name(status)}.", EndedAt = now });
    }

    /// <summary>When the next of its times is up, or null. <see cref="Expire"/> says what then happens.</summary>
    /// <param name="s">The task.</param>
    /// <param name="settings">Of its queue.</param>
    /// <param name="heardAt">When its agent last said something of it, if that is later than its start.</param>
    public static DateTimeOffset? DueAt(TaskState s, QueueSettings settings, DateTimeOffset? heardAt = null)
    {
        if (s.IsOver) return null;
        var due = s.Deadline;
        if (s.Current is not { } current) Earlier(StartBy(s));
        else if (current.StartedAt is not { } started)
        {
            Earlier(current.AssignedAt.AddMilliseconds(settings.ClaimMs));
            Earlier(StartBy(s));
        }
        else
        {
            Earlier(s.StartToCloseMs is { } run ? started.AddMilliseconds(run) : null);
            Earlier(s.HeartbeatTimeoutMs is { } silence ? (heardAt > started ? heardAt.Value : started).AddMilliseconds(silence) : null);
        }

        return due;

        void Earlier(DateTimeOffset? at)
        {
            if (at is not null && (due is null || at < due)) due = at;
        }
    }

    /// <summary>What becomes of it if one of its times is up.</summary>
    public static TaskStep Expire(TaskState s, QueueSettings settings, DateTimeOffset? heardAt, DateTimeOffset now)
    {
        if (DueAt(s, settings, heardAt) is not { } due || due > now) return TaskStep.Nothing;
        if (s.Deadline <= now) return TryAgain(s, AttemptOutcome.TimedOut, $"It was not done by its deadline, {s.Deadline:O}.", false, settings, now);
        if (s.Current?.StartedAt is null && StartBy(s) <= now)
            return TryAgain(s, AttemptOutcome.TimedOut, $"Nobody began it within {s.ScheduleToStartMs} ms (scheduleToStartMs).", false, settings, now);
        if (s.Current is not { StartedAt: { } started }) return WaitAgain(s, AttemptOutcome.NotStarted, now);
        var why = s.StartToCloseMs is { } run && started.AddMilliseconds(run) <= now ? $"It took more than {run} ms (startToCloseMs)." : $"Nothing was heard of it for {s.HeartbeatTimeoutMs} ms (heartbeatTimeoutMs).";
        return TryAgain(s, AttemptOutcome.TimedOut, why, true, settings, now);
    }

    /// <summary>Counts a call that was refused because its token is stale.</summary>
    public static TaskState CountStale(TaskState s, TaskReport by, string operation, DateTimeOffset now) =>
        s with { Stale = new((s.Stale?.Count ?? 0) + 1, by.AgentId, by.Token, operation, now) };

    /// <summary>Why an agent is not believed, or null if the task is its own.</summary>
    public static Refusal? Stale(TaskState s, string agentId, long token)
    {
        if (s.Current is { } current && current.Token == token && current.AgentId == agentId) return null;
        var mine = s.History.LastOrDefault(a => a.Token == token && a.AgentId == agentId);
        var why = mine is { Outcome: { } outcome } ? $"that attempt ended {mine.EndedAt:O}: {Describe(outcome)}"
            : s.Current is { } other ? $"agent {other.AgentId} has it under token {other.Token}"
            : $"it is {Name(s.Status)}, and nobody has it";
        return Refusal.Of(RefusalKind.Conflict, Codes.StaleToken, $"Task \"{s.TaskId}\" is not agent {agentId}'s under token {token}: {why}. Stop working on it; nothing was changed.");
    }

    /// <summary>Pause before the next attempt: longer each time, and different for each task by a part that follows from its id, so that those that failed together do not come back together.</summary>
    public static TimeSpan Backoff(TaskState s, QueueSettings settings)
    {
        var pause = Math.Min(settings.BackoffMs * Math.Pow(settings.BackoffFactor, Math.Max(0, s.Attempts - 1)), settings.MaxBackoffMs);
        var chance = (Uuid7.Derive(DateTimeOffset.UnixEpoch, s.TaskId, s.Attempts).ToByteArray(bigEndian: true)[15] / 127.5) - 1;   // −1 to 1
        return TimeSpan.FromMilliseconds(pause * (1 + (settings.BackoffJitter * chance)));
    }

    private static TaskStep TryAgain(TaskState s, AttemptOutcome outcome, string error, bool again, QueueSettings settings, DateTimeOffset now)
    {
        var ended = (s.IsHeld ? Ended(s, outcome, error, now) : s) with { Error = error, Handoff = NoteOf(s, outcome, error, now) ?? s.Handoff };
        if (!again || s.Attempts >= s.MaxAttempts) return TaskStep.To(TaskChange.Failed, ended with { Status = WorkStatus.Failed, NotBefore = null, EndedAt = now });
        var pause = Backoff(s, settings);
        return TaskStep.To(outcome is AttemptOutcome.Failed ? TaskChange.Retried : TaskChange.Requeued, ended with { Status = WorkStatus.Queued, QueuedAt = now, NotBefore = pause > TimeSpan.Zero ? now + pause : null });
    }

    /// <summary>Since when somebody could have begun it, but for a pause that is not over.</summary>
    private static DateTimeOffset WaitsSince(TaskState s) => s.NotBefore > s.QueuedAt ? s.NotBefore.Value : s.QueuedAt;

    /// <summary>When it must have been begun; null = at any time, or it waits for others.</summary>
    private static DateTimeOffset? StartBy(TaskState s) => s.ScheduleToStartMs is { } wait && s.WaitsFor.IsEmpty ? WaitsSince(s).AddMilliseconds(wait) : null;

    /// <summary>It waits for an agent as if it had never had this one.</summary>
    private static TaskStep WaitAgain(TaskState s, AttemptOutcome outcome, DateTimeOffset now) => TaskStep.To(TaskChange.Requeued, Ended(s, outcome, null, now) with
    {
        Status = WorkStatus.Queued, Attempts = s.Attempts - 1, QueuedAt = s.Status is WorkStatus.Running ? now : s.QueuedAt, Handoff = NoteOf(s, outcome, null, now) ?? s.Handoff,
    });

    private static TaskHandoff? NoteOf(TaskState s, AttemptOutcome reason, string? error, DateTimeOffset now) =>
        s.Current is not { StartedAt: not null } current ? null : new() { FromAgent = current.AgentId, Reason = reason, At = now, Progress = s.Progress, Error = error };

    private static TaskState Begun(TaskState s, DateTimeOffset now) =>
        s.Status is WorkStatus.Running ? s : s with { Status = WorkStatus.Running, History = s.History.SetItem(s.History.Length - 1, s.History[^1] with { StartedAt = now }) };

    private static TaskState Ended(TaskState s, AttemptOutcome outcome, string? error, DateTimeOffset now) =>
        s with { History = s.History.SetItem(s.History.Length - 1, s.History[^1] with { EndedAt = now, Outcome = outcome, Error = error }) };

    private static bool IsLast(TaskState s, TaskReport by) => s.History is [.., var last] && last.Token == by.Token && last.AgentId == by.AgentId;

    private static Refusal? Problem(TaskReport by, TaskLimits limits)
    {
        if (by.Progress is { } progress && progress.Text.Length > limits.MaxProgressLength) return SubmitRules.TooLarge("progress", progress, limits.MaxProgressLength, "MaxProgressLength");
        if (by.Result is { } result && result.Text.Length > limits.MaxResultLength) return SubmitRules.TooLarge("result", result, limits.MaxResultLength, "MaxResultLength");
        if (by.Error?.Length > limits.MaxTextLength) return Refusal.Of(RefusalKind.TooLarge, Codes.TooLarge, $"error: has {by.Error.Length} characters; at most {limits.MaxTextLength} are allowed (Memento:Tasks:MaxTextLength)");
        if (by.Error?.Contains('\0', StringComparison.Ordinal) is true) return Refusal.Invalid("error", "has the character U+0000");
        return by.Progress?.Problem(anyValue: true) is { } bad ? Refusal.Invalid("progress", bad) : by.Result?.Problem(anyValue: true) is { } worse ? Refusal.Invalid("result", worse) : null;
    }

    private static string Describe(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.AgentLost => "its agent was taken for dead, was removed, or began anew",
        AttemptOutcome.TimedOut => "its time was up",
        AttemptOutcome.NotStarted => "it was not begun in time",
        AttemptOutcome.HandedOver => "it was handed over",
        _ => NamedEnumConverter<AttemptOutcome>.NameOf(outcome),
    };

    private static string Name(WorkStatus status) => NamedEnumConverter<WorkStatus>.NameOf(status);
}
