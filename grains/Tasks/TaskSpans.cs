using System.Diagnostics;

namespace Memento.Tasks;

/// <summary>What happens to a task that belongs to a trace, as spans of that trace: from when it was decided until it was durable. Nothing is done unless somebody records them.</summary>
internal static class TaskSpans
{
    /// <summary>A change is durable.</summary>
    public static void Record(GrainKey queue, QueueFact.TasksChanged changed, DateTimeOffset now)
    {
        if (!Telemetry.Source.HasListeners() || NameOf(changed.Change) is not { } name) return;
        foreach (var row in changed.Rows)
            if (TraceParent.TryRead(row.State.TraceParent, out var submitter)) Record(queue, changed, row.State, name, submitter, now);
    }

    private static void Record(GrainKey queue, QueueFact.TasksChanged changed, TaskState task, string name, ActivityContext submitter, DateTimeOffset now)
    {
        // Whoever calls may be further down in the same trace; what it does for tasks of others is theirs.
        var parent = Activity.Current is { } caller && caller.TraceId == submitter.TraceId ? caller.Context : submitter;
        using var span = Telemetry.Source.StartActivity(name, changed.Change is TaskChange.Submitted ? ActivityKind.Producer : ActivityKind.Internal, parent, startTime: changed.At);
        if (span is null) return;
        span.SetTag("memento.workspace", queue.Workspace).SetTag("memento.queue", queue.Id).SetTag("memento.task.id", task.TaskId).SetTag("memento.task.type", task.Type);
        if (changed.AgentId is { } agent) span.SetTag("memento.agent.id", agent);
        if (task.Attempts > 0) span.SetTag("memento.task.attempt", task.Attempts);
        if (changed.Change is TaskChange.Failed or TaskChange.Retried or TaskChange.Requeued) span.SetStatus(ActivityStatusCode.Error, task.Error);
        span.SetEndTime(now.UtcDateTime);
    }

    /// <summary>Null for what is no step of the task's own.</summary>
    private static string? NameOf(TaskChange change) => change switch
    {
        TaskChange.Submitted => "task submit",
        TaskChange.Assigned => "task assign",
        TaskChange.Started => "task start",
        TaskChange.Completed => "task complete",
        TaskChange.Retried => "task retry",
        TaskChange.Failed => "task fail",
        TaskChange.Cancelled => "task cancel",
        TaskChange.Requeued => "task requeue",
        TaskChange.Revived => "task revive",
        _ => null,
    };
}
