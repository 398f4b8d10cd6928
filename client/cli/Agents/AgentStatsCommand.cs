using System.CommandLine;
using System.Globalization;
using Memento.Tasks;

namespace Memento.Cli.Agents;

/// <summary><c>memento agents stats</c>.</summary>
internal static class AgentStatsCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("stats", "Show how the fleet and its work are, in figures.");
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var metrics = await client.Tasks(globals.Workspace(line)).GetMetricsAsync(cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(globals.Terminal, metrics, MementoJson.Default.CoordinationMetrics);
            else Write(globals.Terminal, metrics);
            return ExitCode.Done;
        });
        return command.WithExamples("memento agents stats", "memento agents stats --json | jq .systemLoad");
    }

    private static void Write(Terminal terminal, CoordinationMetrics m)
    {
        var statuses = m.AgentsByStatus.Where(s => s.Value > 0).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{Format.Number(s.Value)} {s.Key}").ToArray();
        var depths = m.QueueDepthByPriority.OrderByDescending(d => int.TryParse(d.Key, CultureInfo.InvariantCulture, out var priority) ? priority : 0).Select(d => $"{Format.Number(d.Value)} of priority {d.Key}").ToArray();
        Tables.WritePairs(terminal,
            ("Agents", statuses.Length == 0 ? Format.Number(m.TotalAgents) : $"{Format.Number(m.TotalAgents)}: {string.Join(", ", statuses)}"),
            ("Load", (m.SystemLoad * 100).ToString("0.#", CultureInfo.InvariantCulture) + " % of what the living can hold"),
            ("Waiting", depths.Length == 0 ? Format.Number(m.QueuedTasks) : $"{Format.Number(m.QueuedTasks)}: {Format.Few(depths, 10)}"),
            ("With agents", Format.Number(m.RunningTasks)),
            ("Completed", m.CompletedTasks == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{Format.Number(m.CompletedTasks)}, {m.AverageTaskDuration:0} ms each")),
            ("Failed", Format.Number(m.FailedTasks)),
            ("Cancelled", Format.Number(m.CancelledTasks)),
            ("Handed over", Format.Number(m.HandoffCount)),
            ("Stale calls", Format.Number(m.StaleCalls)));
    }
}
