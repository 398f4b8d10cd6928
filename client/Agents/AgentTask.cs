using Memento.Tasks;

namespace Memento.Agents;

/// <summary>A task that an agent works on.</summary>
public sealed class AgentTask
{
    private readonly Func<JsonText, CancellationToken, Task> _report;

    internal AgentTask(ReceivedTask task, Func<JsonText, CancellationToken, Task> report) => (Task, _report) = (task, report);

    /// <summary>What is to be done.</summary>
    public ReceivedTask Task { get; }

    /// <summary>Says how far it is: any JSON. Whoever has to take over finds the last of it. If the task is lost meanwhile, the handler's token is cancelled.</summary>
    public Task ProgressAsync(JsonText progress, CancellationToken cancellationToken = default) => _report(progress, cancellationToken);
}

/// <summary>Thrown by a handler: the task has failed and another attempt would fail too.</summary>
public sealed class TaskFailedException(string message, Exception? inner = null) : Exception(message, inner);
