using System.CommandLine;
using Memento.Sessions;

namespace Memento.Cli.Sessions;

internal static class ForkCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var id = SessionsCommand.SessionId();
        var at = Options.InRange("--at", "The last event that both share; 0 = none. [default: the newest]", 0, long.MaxValue);
        at.Aliases.Add("--at-seq");
        var agent = new Option<string?>("--agent") { Description = "The agent that goes on in the fork. [default: your user name]", HelpName = "NAME" };
        var name = new Option<string?>("--id") { Description = "The new session's id. [default: a new one]", HelpName = "SESSION" };
        var command = new Command("fork", "Start a new session from a moment of another one.") { id, at, agent, name };

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var sessions = client.Sessions(globals.Workspace(line));
            var sessionId = line.GetRequiredValue(id);
            var fork = await sessions.ForkAsync(sessionId, new ForkSession
            {
                AtSeq = line.GetValue(at) ?? (await sessions.GetAsync(sessionId, cancellationToken: cancellationToken)).LastSeq,
                AgentId = line.GetValue(agent) ?? Environment.UserName,
                SessionId = line.GetValue(name),
            }, cancellationToken: cancellationToken);

            if (globals.Json(line)) JsonOutput.Write(terminal, fork, MementoJson.Default.SessionView);
            else terminal.Out.WriteLine($"{fork.SessionId} goes on from {fork.Parent?.SessionId ?? sessionId} at {fork.Parent?.Seq ?? fork.LastSeq}.");
            return ExitCode.Done;
        });

        return command.WithExamples("memento sessions fork sess-0199… --at 12 --agent repair-1", "memento sessions fork sess-0199… --json | jq -r .sessionId");
    }
}
