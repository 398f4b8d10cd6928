using System.Text.Json.Serialization;
using Orleans;

namespace Memento.Tasks;

/// <summary>What an agent says about a task that it was given.</summary>
[JsonConverter(typeof(NamedEnumConverter<TaskOperation>))]
public enum TaskOperation { Start = 0, Heartbeat, Complete, Fail }

/// <summary>Something that an agent says about one task.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskSaying")]
public sealed record TaskSaying([property: Id(0)] string TaskId, [property: Id(1)] TaskOperation Operation, [property: Id(2)] TaskReport Report);

/// <summary>What became of a saying: the task from then on, or why it was not believed.</summary>
[GenerateSerializer, Immutable, Alias("memento.TaskAnswer")]
public sealed record TaskAnswer([property: Id(0)] TaskView? Task, [property: Id(1)] Refusal? Refusal)
{
    /// <summary>The task. Throws what was refused.</summary>
    public TaskView Value() => Task ?? throw new MementoException(Refusal!);
}
