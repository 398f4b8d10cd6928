namespace Memento.Tasks;

/// <summary>The part of a task's row that its events change.</summary>
public sealed record TaskStreamRow
{
    public required WorkStatus Status { get; init; }

    /// <summary>The newest assignment's number; never goes down.</summary>
    public required long Token { get; init; }

    /// <summary>When the queue looks at the task next: when it is ready, or its deadline while it is leased; null = never.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The agent that has the lease, or had the last one.</summary>
    public string? AgentId { get; init; }

    /// <summary>The agent's epoch at that assignment.</summary>
    public long Epoch { get; init; }

    public DateTimeOffset? AssignedAt { get; init; }

    /// <summary>Attempts that count.</summary>
    public int Attempts { get; init; }

    /// <summary>When the task was over; null while it is open.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    internal TaskPhase Phase => PhaseOf(Status);

    internal static TaskPhase PhaseOf(WorkStatus status) => status switch
    {
        WorkStatus.Queued => TaskPhase.Waiting,
        WorkStatus.Assigned or WorkStatus.Running => TaskPhase.Leased,
        WorkStatus.Completed => TaskPhase.Completed,
        _ => TaskPhase.Dead,
    };
}

/// <summary>
/// The phase by which rows are searched. The phase changes at submit, assignment and end only, so that other events touch no index.
/// </summary>
internal enum TaskPhase
{
    Waiting = 0,
    Leased,
    Completed,
    /// <summary>Failed or cancelled.</summary>
    Dead,
    /// <summary>Only the id, chosen by its caller, and the last token remain.</summary>
    Swept,
}
