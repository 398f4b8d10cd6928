using System.CommandLine;
using Memento.Agents;

namespace Memento.Cli.Agents;

/// <summary><c>memento agents</c>.</summary>
internal static class AgentsCommand
{
    public static Command Create(GlobalOptions globals) => new("agents", "Who works, and how much they have to do.") { List(globals), Show(globals), WatchAgentsCommand.Create(globals), AgentStatsCommand.Create(globals), Remove(globals) };

    private static Argument<string> Id() => new("agent") { Description = "The agent's id.", HelpName = "AGENT" };

    private static Command List(GlobalOptions globals)
    {
        var status = Options.OneOf<AgentStatus>("--status", "Only these.");
        var capability = new Option<string?>("--capability") { Description = "Only agents that have it.", HelpName = "NAME" };
        var command = new Command("list", "List agents, by name.") { status, capability };
        var paging = new PageOptions(command);
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var agents = client.Agents(globals.Workspace(line));
            return await paging.ShowAsync(
                globals, line, (limit, cursor) => agents.ListAsync(new() { Status = line.Enum<AgentStatus>(status), Capability = line.GetValue(capability), Limit = limit, Cursor = cursor }, cancellationToken),
                MementoJson.Default.AgentView, MementoJson.Default.PageAgentView, items => TaskListing.Write(globals.Terminal, items), "There is no agent.", cancellationToken);
        });
        return command.WithExamples("memento agents list", "memento agents list --status dead --json");
    }

    private static Command Show(GlobalOptions globals)
    {
        var id = Id();
        var command = new Command("show", "Show an agent: what it can do, what it holds, and how it did so far.") { id };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var a = await client.Agents(globals.Workspace(line)).GetAsync(line.GetRequiredValue(id), cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(globals.Terminal, a, MementoJson.Default.AgentView);
            else Tables.WritePairs(globals.Terminal,
            [
                ("Agent", Format.Clean(a.AgentId)), ("Status", Format.Name(a.Status)), ("Type", $"{Format.Clean(a.Type)}, priority {a.Priority}"), ("Load", $"{a.Load} of {a.MaxLoad}"),
                ("Can do", a.Capabilities.IsEmpty ? "–" : Format.Few(a.Capabilities, 20)), ("Sessions", a.CurrentSessions.IsEmpty ? "–" : Format.Few(a.CurrentSessions, 10)),
                ("Last heard", a.LastHeartbeat is { } heard ? Format.Time(heard) : "not since the server started"), ("Completed", $"{Format.Number(a.TotalTasksCompleted)}, {a.AverageTaskDuration:0} ms each"), ("Errors", $"{a.ErrorRate * 100:0.#} %"),
            ]);
            return ExitCode.Done;
        });
        return command.WithExamples("memento agents show builder-1");
    }

    private static Command Remove(GlobalOptions globals)
    {
        var id = Id();
        var command = new Command("remove", "Remove an agent; its tasks go to others. One whose process lives registers again with its next call: stop that one first.") { id };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            await client.Agents(globals.Workspace(line)).RemoveAsync(line.GetRequiredValue(id), cancellationToken);
            return ExitCode.Done;
        });
        return command.WithExamples("memento agents remove builder-1");
    }
}
