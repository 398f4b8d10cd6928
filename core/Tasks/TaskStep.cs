using System.Text.Json.Serialization;

namespace Memento.Tasks;

/// <summary>What happened to a task.</summary>
[JsonConverter(typeof(NamedEnumConverter<TaskChange>))]
public enum TaskChange
{
    Submitted = 0,
    Assigned,
    Started,
    Progressed,
    Completed,
    /// <summary>An attempt failed, and there will be another.</summary>
    Retried,
    Failed,
    Cancelled,
    /// <summary>It was taken from its agent and waits again.</summary>
    Requeued,
    /// <summary>A task that it depends on has ended.</summary>
    [JsonStringEnumMemberName("dependency_ended")] DependencyEnded,
    /// <summary>A task that has not ended depends on it.</summary>
    Awaited,
    /// <summary>Somebody with a stale token was refused.</summary>
    Refused,
    /// <summary>It had failed and waits again, with all its attempts.</summary>
    Revived,
}

/// <summary>What the rules answer about one task: what it is from now on and why, or a refusal, or neither: there is nothing to do.</summary>
public readonly record struct TaskStep(TaskState? After, TaskChange Change, Refusal? Refusal)
{
    public static TaskStep Nothing => default;

    public static TaskStep To(TaskChange change, TaskState after) => new(after, change, null);

    public static implicit operator TaskStep(Refusal refusal) => new(null, default, refusal);
}
