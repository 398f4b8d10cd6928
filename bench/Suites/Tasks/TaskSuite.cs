using System.CommandLine;

namespace Memento.Bench.Tasks;

/// <summary>The suite <c>tasks</c>: agents and tasks, end to end.</summary>
internal static class TaskSuite
{
    public static Command Command() => Suite.Command(
        "tasks", "Agents and tasks, end to end.",
            [.. Throughput.Cases, .. Dispatching.Cases, .. Backlog.Cases, .. Heartbeats.Cases, .. Takeover.Cases, .. TaskStorage.Cases],
        new("--agents", "Agents that share the work.", 64),
        new("--rate", "Tasks a second that are submitted where the time until they are received is measured.", 2_000),
        new("--waiting", "Tasks that wait where the cost of a long queue is measured.", 100_000));
}
