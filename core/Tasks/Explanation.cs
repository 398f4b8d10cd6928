using System.Collections.Immutable;
using Memento.Agents;

namespace Memento.Tasks;

/// <summary>Says why a task is not running.</summary>
public static class Explanation
{
    /// <param name="s">The task.</param>
    /// <param name="settings">Of its queue.</param>
    /// <param name="pool">The agents that its queue knows.</param>
    /// <param name="now">The time.</param>
    public static TaskExplanation Of(TaskState s, QueueSettings settings, AgentPool pool, DateTimeOffset now)
    {
        if (s.IsOver) return New(TaskReason.Over, Ended(s));
        if (s.Status is WorkStatus.Running) return New(TaskReason.Running, $"It is running on agent {s.Current!.AgentId} since {Time(s.Current.StartedAt!.Value)}.");
        if (s.Status is WorkStatus.Assigned) return New(TaskReason.NotStarted, $"Agent {s.Current!.AgentId} was given it at {Time(s.Current.AssignedAt)} and has not begun; {Otherwise(s, settings)}.");
        if (!s.WaitsFor.IsEmpty) return New(TaskReason.WaitsForTasks, $"It waits for {(s.WaitsFor.Length == 1 ? $"task {s.WaitsFor[0]}" : $"{s.WaitsFor.Length} tasks, the first is {s.WaitsFor[0]}")}.") with { WaitsFor = s.WaitsFor };
        if (s.NotBefore is { } later && later > now) return New(TaskReason.BackingOff, $"Attempt {s.Attempts} of {s.MaxAttempts} failed; it backs off until {Time(later)}.") with { NotBefore = later };
        if (settings.Paused) return New(TaskReason.QueuePaused, "Its queue is paused.");
        if (WaitingTasks.LatestStart(s) < now) return New(TaskReason.DeadlineCannotBeMet, $"It takes about {s.EstimatedDurationMs ?? 0} ms and must be done by {Time(s.Deadline!.Value)}; that cannot be met any more.");

        var (capable, free) = pool.CountFor(TaskNeeds.Of(s));
        var missing = s.RequiredCapabilities.Where(c => pool.CountFor(new([c])).Capable == 0).ToImmutableArray();
        var explained = capable == 0
            ? New(TaskReason.NoCapableAgent, pool.Count == 0 && s.RequiredCapabilities.IsEmpty ? "No agent is alive."
                : !missing.IsEmpty ? $"No agent that is alive has capability {string.Join(" or ", missing)}."
                : pool.CountFor(new(s.RequiredCapabilities)).Capable == 0 ? $"No agent that is alive has all of its capabilities: {string.Join(", ", s.RequiredCapabilities)}."
                : $"No agent that is alive and could do it takes tasks of type {s.Type}.")
            : free == 0 ? New(TaskReason.AgentsFull, NobodyFree(capable, pool.CountClosed(TaskNeeds.Of(s))))
            : New(TaskReason.Waiting, "It is being given out.");
        return explained with { CapableAgents = capable, FreeAgents = free, MissingCapabilities = missing };

        TaskExplanation New(TaskReason reason, string sentence) => new() { TaskId = s.TaskId, Status = s.Status, Reason = reason, Explanation = sentence };
    }

    /// <summary>What happens if an agent does not begin what it was given.</summary>
    private static string Otherwise(TaskState s, QueueSettings settings)
    {
        var (due, claim) = (TaskLife.DueAt(s, settings)!.Value, s.Current!.AssignedAt.AddMilliseconds(settings.ClaimMs));
        return due < claim ? $"it fails at {Time(due)}" : $"others get it at {Time(claim)}";
    }

    private static string NobodyFree(int capable, int closed)
    {
        const string Closed = "not now: it is in maintenance, was not heard of, cannot be reached, does not receive, did not begin what it was given, or what it had before is still to be handed on";
        return (capable, closed) switch
        {
            (1, 0) => "The one agent that can do it is full.",
            (1, _) => $"The one agent that can do it takes work, but {Closed}.",
            (_, 0) => $"All {capable} agents that can do it are full.",
            _ => $"Of {capable} agents that can do it, {capable - closed} {(capable - closed == 1 ? "is" : "are")} full, and {closed} {(closed == 1 ? "takes" : "take")} no work now: in maintenance, not heard of or not to be reached, not receiving, did not begin what {(closed == 1 ? "it was" : "they were")} given, or had something before that is still to be handed on.",
        };
    }

    private static string Ended(TaskState s) => s.Status switch
    {
        WorkStatus.Completed => "It is completed.",
        WorkStatus.Failed => s.Error is { } error ? $"It has failed: {error}" : "It has failed.",
        _ => s.Error switch
        {
            null => "It was cancelled.",
            ['C', .. var said] when said.StartsWith("ancelled", StringComparison.Ordinal) => $"It was c{said}",   // nobody gave a reason, and it says so itself
            var reason => $"It was cancelled: {reason}",
        },
    };

    private static string Time(DateTimeOffset time) => UtcTimeConverter.TextOf(time);
}
