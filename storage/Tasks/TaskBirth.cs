using Memento.Storage;

namespace Memento.Tasks;

/// <summary>The outcomes of a birth.</summary>
public enum BirthOutcome
{
    /// <summary>The append is not durable yet, or failed.</summary>
    Unknown = 0,
    Born,
    /// <summary>Another task has the id; nothing of the birth was stored.</summary>
    IdTaken,
    /// <summary>
    /// The birth comes with an assignment whose agent is at another epoch, or whose id was used before. Nothing of the birth was stored;
    /// it can be repeated without the assignment.
    /// </summary>
    AssignmentRefused,
}

/// <summary>The first events of a task's stream, stored in the transaction of another stream's append.</summary>
public sealed class TaskBirth
{
    /// <summary>A fresh number, from <see cref="IJournal.ReserveStreamIdAsync"/>.</summary>
    public required long StreamId { get; init; }

    public required string Workspace { get; init; }

    public required string TaskId { get; init; }

    /// <summary>
    /// Whether the caller chose the id. Such an id is remembered after the sweep, so that tokens go on above the last one.
    /// </summary>
    public bool IsIdChosen { get; init; }

    /// <summary>The stream of the task's queue.</summary>
    public required long QueueId { get; init; }

    public string? SessionId { get; init; }

    /// <summary>Capabilities that an agent must have, in a form that is the caller's; null = none.</summary>
    public string? Needs { get; init; }

    public int Priority { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required TaskStreamRow Row { get; init; }

    public required IReadOnlyList<NewEntry> Entries { get; init; }

    /// <summary>Changes of read models, made if the task is born. No column may have <see cref="ColumnMerge.Replace"/>.</summary>
    public IReadOnlyList<RowChange> Rows { get; init; } = [];

    /// <summary>With an assignment among the entries: the epoch at which it may commit.</summary>
    public AgentEpoch? Requires { get; init; }

    /// <summary>The outcome of the birth, which is known once the append is durable.</summary>
    public BirthOutcome Outcome { get; internal set; }

    /// <summary>The token in the row once the append is durable: above 0 without an assignment if the id was used before.</summary>
    public long Token { get; internal set; }

    /// <summary>The name of a task's stream.</summary>
    public static string StreamOf(string workspace, string taskId) => $"task/{workspace}/{taskId}";
}
