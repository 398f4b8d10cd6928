using System.CommandLine;
using System.Globalization;

namespace Memento.Cli.Sessions;

internal static class StatsCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("stats", "Show the figures of a workspace.");
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var workspace = globals.Workspace(line);
            var stats = await client.Sessions(workspace).GetStatsAsync(cancellationToken);
            if (globals.Json(line))
            {
                JsonOutput.Write(globals.Terminal, stats, MementoJson.Default.SessionStats);
                return ExitCode.Done;
            }

            Tables.WritePairs(globals.Terminal,
                ("Workspace", workspace),
                ("Sessions", $"{Format.Number(stats.TotalSessions)}, {Format.Number(stats.ActiveSessions)} of them active"),
                ("Events", $"{Format.Number(stats.TotalEvents)}, {stats.AverageEventsPerSession.ToString("0.0", CultureInfo.InvariantCulture)} per session"),
                ("Agents", $"{Format.Number(stats.AgentsActive)} in active sessions"),
                ("Checkpoints", $"{Format.Number(stats.CheckpointsCreated)}, {Format.Number(stats.FailureSnapshots)} with a failure snapshot"),
                ("Storage", $"{Format.Bytes(stats.StorageBytes)}, all workspaces"));
            return ExitCode.Done;
        });
        return command.WithExamples("memento stats", "memento stats --workspace project --json");
    }
}
