using Memento.Tasks;

namespace Memento.Core.Coordination.Tasks;

/// <summary>
/// What a task was told and has not stored yet. A task's grain keeps one in memory and flushes it with the next event,
/// or when <see cref="TaskRules.StoreInterval"/> is over; a crash loses at most that much.
/// </summary>
public sealed record ReportBuffer
{
    public static readonly ReportBuffer Empty = new();

    /// <summary>Progress that waits to be stored, under the token it came with.</summary>
    public (long Token, JsonText Progress)? Progress { get; init; }

    /// <summary>Refused reports that wait to be stored.</summary>
    public long StaleCount { get; init; }

    public StaleReport? LastStale { get; init; }

    public bool IsEmpty => Progress is null && StaleCount == 0;

    /// <summary>Holds the progress of an accepted report.</summary>
    public ReportBuffer Hold(TaskReport report) =>
        report.Progress is { } progress ? this with { Progress = (report.Token, progress) } : this;

    /// <summary>Counts a report that was refused because of its token.</summary>
    public ReportBuffer Count(TaskReport report, string operation) =>
        this with { StaleCount = StaleCount + 1, LastStale = new(report.AgentId, report.Token, operation) };

    /// <summary>Returns the events that may be stored now, and what stays in the buffer.</summary>
    public (Decision<TaskEvent> Decision, ReportBuffer Buffer) Flush(TaskState task, DateTimeOffset now)
    {
        var (rest, events) = (this, new List<TaskEvent>());
        if (Progress is { } held)
        {
            if (task.Lease?.Token != held.Token || held.Progress == task.Progress) rest = rest with { Progress = null };
            else if (!(now - task.ProgressAt < TaskRules.StoreInterval))
            {
                rest = rest with { Progress = null };
                events.Add(new TaskEvent.Progressed(held.Token, held.Progress) { At = Max(now, task.LastEventAt) });
            }
        }

        if (StaleCount > 0 && !(now - task.StaleReports?.At < TaskRules.StoreInterval))
        {
            rest = rest with { StaleCount = 0, LastStale = null };
            events.Add(new TaskEvent.StaleReportRejected(StaleCount, LastStale!) { At = Max(now, task.LastEventAt) });
        }

        return (new([.. events], null), rest);
    }

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
