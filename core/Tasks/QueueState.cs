using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Memento.Tasks;

/// <summary>What the journal of a queue records. An entry's position is the fencing token of the tasks that it assigns.</summary>
public abstract record QueueFact : IFact
{
    private QueueFact() { }

    /// <summary>How it is stored.</summary>
    public static FactCodec<QueueState, QueueFact> Codec { get; } = new FactCodec<QueueState, QueueFact>("queue", MementoJson.Default.QueueState)
        .With("tasks", MementoJson.Default.TasksChanged)
        .With("configured", MementoJson.Default.Configured)
        .With("rested", MementoJson.Default.Rested);

    /// <summary>When it was recorded, by the server's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Something happened to some tasks, together.</summary>
    public sealed record TasksChanged : QueueFact
    {
        public required TaskChange Change { get; init; }

        /// <summary>The agent that did it or that it was done to.</summary>
        public string? AgentId { get; init; }

        /// <summary>Their numbers.</summary>
        public required ImmutableArray<long> Tasks { get; init; }

        /// <summary>What they are from now on. It is stored in their rows, next to this entry; one that was read back has none.</summary>
        [JsonIgnore] public ImmutableArray<TaskRow> Rows { get; init; } = [];

        /// <summary>With <see cref="TaskChange.Refused"/>: the calls that were refused.</summary>
        public ImmutableArray<RefusedCall>? Calls { get; init; }

        /// <summary>A change of some tasks, with the rows that they get.</summary>
        public static TasksChanged Of(TaskChange change, string? agentId, IEnumerable<TaskRow> rows, DateTimeOffset at)
        {
            ImmutableArray<TaskRow> all = [.. rows];
            return new()
            {
                At = at, Change = change, AgentId = agentId, Tasks = [.. all.Select(r => r.State.Number)], Rows = all,
                Calls = change is TaskChange.Refused ? [.. all.Select(r => new RefusedCall(r.State.TaskId, r.State.Stale!.Token, r.State.Stale.Operation))] : null,
            };
        }

        /// <summary>The same change of some more tasks.</summary>
        public TasksChanged With(TasksChanged more) =>
            this with { Tasks = Tasks.AddRange(more.Tasks), Rows = Rows.AddRange(more.Rows), Calls = more.Calls is { } calls ? Calls!.Value.AddRange(calls) : null };
    }

    public sealed record Configured : QueueFact
    {
        public required QueueSettings Settings { get; init; }
        public string? AgentId { get; init; }
    }

    /// <summary>It has no task that is not over, and needs no waking until it gets one.</summary>
    public sealed record Rested : QueueFact;
}

/// <summary>A call that was refused because its token was stale.</summary>
public readonly record struct RefusedCall(string TaskId, long Token, string Operation);

/// <summary>What a task's row gets.</summary>
/// <param name="State">The task from now on.</param>
/// <param name="Submitted">With a new one: what was asked for.</param>
/// <param name="Result">What came out, with one that completes.</param>
/// <param name="Ended">The attempt that ended, if one did.</param>
public readonly record struct TaskRow(TaskState State, SubmitTask? Submitted = null, JsonText? Result = null, TaskAttempt? Ended = null);

/// <summary>What a queue knows of itself without looking at its tasks. It is as small for a million of them as for one.</summary>
public sealed record QueueState
{
    public static QueueState Empty { get; } = new();

    public QueueSettings Settings { get; init; } = QueueSettings.Default;

    /// <summary>Tasks that were ever submitted; the newest has this number.</summary>
    public long Submitted { get; init; }

    public long Completed { get; init; }

    public long Failed { get; init; }

    public long Cancelled { get; init; }

    /// <summary>Times that a task was given to an agent.</summary>
    public long Assigned { get; init; }

    /// <summary>Calls with a stale token that were refused.</summary>
    public long Refused { get; init; }

    /// <summary>What is told of it.</summary>
    public QueueView View(string name, DateTimeOffset createdAt, long queued, long assigned, long running) => new()
    {
        Name = name, Settings = Settings, Queued = queued, Assigned = assigned, Running = running, CreatedAt = createdAt,
        Submitted = Submitted, Completed = Completed, Failed = Failed, Cancelled = Cancelled, Refused = Refused,
    };

    public static QueueState Apply(QueueState s, QueueFact fact) => fact switch
    {
        QueueFact.Configured f => s with { Settings = f.Settings },
        QueueFact.TasksChanged f => f.Change switch
        {
            TaskChange.Submitted => s with { Submitted = s.Submitted + f.Tasks.Length },
            TaskChange.Assigned => s with { Assigned = s.Assigned + f.Tasks.Length },
            TaskChange.Completed => s with { Completed = s.Completed + f.Tasks.Length },
            TaskChange.Failed => s with { Failed = s.Failed + f.Tasks.Length },
            TaskChange.Cancelled => s with { Cancelled = s.Cancelled + f.Tasks.Length },
            TaskChange.Refused => s with { Refused = s.Refused + f.Tasks.Length },
            _ => s,
        },
        QueueFact.Rested => s,
        _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "Unknown fact."),
    };
}
