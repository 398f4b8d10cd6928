using Memento.Tasks;

namespace Memento.Cli.Tasks;

/// <summary>One task, for people.</summary>
internal static class TaskRendering
{
    public static void Write(Terminal terminal, TaskView t)
    {
        List<(string, string)> pairs = [("Task", Format.Clean(t.TaskId)), ("Status", Format.Name(t.Status)), ("Type", Format.Clean(t.Type)), ("Queue", $"{Format.Clean(t.Queue)}, priority {t.Priority}"), ("Attempts", $"{t.Attempts} of {t.MaxAttempts}")];
        Add("Agent", t.AssignedAgent);
        Add("Token", t.Token?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("Session", t.SessionId);
        Add("Tenant", t.Tenant);
        Add("Needs", t.RequiredCapabilities.IsEmpty ? null : Format.Few(t.RequiredCapabilities, 10));
        Add("Waits for", t.WaitsFor.IsEmpty ? null : Format.Few(t.WaitsFor, 5));
        Add("Submitted", Format.Time(t.CreatedAt));
        Add("Deadline", t.Deadline is { } deadline ? Format.Time(deadline) : null);
        Add("Limits", Limits(t));
        Add("Ended", t.CompletedAt is { } ended ? Format.Time(ended) : null);
        Add("Progress", t.Progress?.Text);
        Add("Payload", t.Payload?.Text);
        Add("Metadata", t.Metadata?.Text);
        Add("Result", t.Result?.Text);
        Add("Error", t.Error);
        Add("Stale calls", t.StaleCalls is { } stale ? $"{stale.Count}, the last by {stale.AgentId} ({stale.Operation}, token {stale.Token})" : null);
        Tables.WritePairs(terminal, [.. pairs]);
        foreach (var attempt in t.History)
            terminal.Out.WriteLine($"  {attempt.Attempt}. {Format.Clean(attempt.AgentId)}, {Format.Time(attempt.AssignedAt)}: {(attempt.Outcome is { } outcome ? Format.Name(outcome) : attempt.StartedAt is null ? "not begun" : "running")}{(attempt.Error is { } error ? $" ({Format.Clean(error)})" : "")}");

        void Add(string name, string? value)
        {
            if (value is not null) pairs.Add((name, Format.Clean(value)));
        }
    }

    /// <summary>How long what may take; null if nothing is said.</summary>
    private static string? Limits(TaskView t)
    {
        (string What, long? Milliseconds)[] limits = [("takes about", t.EstimatedDurationMs), ("waits for at most", t.ScheduleToStartMs), ("runs for at most", t.StartToCloseMs), ("is silent for at most", t.HeartbeatTimeoutMs)];
        var said = limits.Where(l => l.Milliseconds is not null).Select(l => $"{l.What} {Format.Milliseconds(l.Milliseconds!.Value)}").ToArray();
        return said.Length == 0 ? null : string.Join(", ", said);
    }
}
