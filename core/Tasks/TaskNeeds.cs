using System.Collections.Immutable;

namespace Memento.Tasks;

/// <summary>What an agent must be like for a task.</summary>
/// <param name="Capabilities">It has all of these.</param>
/// <param name="Type">It takes tasks of this type; null = of whichever.</param>
public readonly record struct TaskNeeds(ImmutableArray<string> Capabilities, string? Type = null)
{
    public static TaskNeeds Of(TaskState task) => new(task.RequiredCapabilities, task.Type);

    /// <summary>The same for the same needs.</summary>
    public string Key => $"{Type}\n{string.Join('\n', Capabilities)}";
}
