using System.Diagnostics;
using Memento.Tasks;

namespace Memento.Agents;

/// <summary>One attempt of an agent at a task, as an activity of the task's trace. What the handler calls meanwhile belongs to it.</summary>
internal static class AttemptSpan
{
    /// <summary>Starts it; null if the task belongs to no trace and nobody records any.</summary>
    public static Activity? Start(ReceivedTask task, string agentId)
    {
        Activity.Current = null;   // what the agent was started in is not why the task is done
        var (hasParent, recording) = (TraceParent.TryRead(task.TraceParent, out var parent), Telemetry.Source.HasListeners());
        if (!hasParent && !recording) return null;
        var name = $"task {task.Type}";
        var span = recording ? Telemetry.Source.CreateActivity(name, ActivityKind.Consumer, parent) : null;
        if (span is null && hasParent) span = new Activity(name).SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);   // nobody records it, but calls pass the trace on
        return span?.SetTag("memento.task.id", task.TaskId).SetTag("memento.queue", task.Queue).SetTag("memento.task.attempt", task.Attempt).SetTag("memento.agent.id", agentId).Start();
    }

    /// <summary>Says how it ended.</summary>
    /// <param name="span">Null = nobody wants to know.</param>
    /// <param name="outcome"><c>completed</c>, <c>failed</c>, or <c>lost</c>: somebody else does the task.</param>
    /// <param name="error">What went wrong.</param>
    public static void End(this Activity? span, string outcome, Exception? error = null)
    {
        span?.SetTag("memento.task.outcome", outcome);
        if (error is not null) span?.AddException(error).SetStatus(ActivityStatusCode.Error, error.Message);
    }
}
