using System.CommandLine;

namespace Memento.Cli.Workspaces;

internal static class RestoreSessionCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var point = PointsCommand.PointId();
        var session = new Argument<string>("session") { Description = "A session that was active at the point.", HelpName = "SESSION" };
        var agent = new Option<string?>("--agent") { Description = "The agent that goes on. [default: your user name]", HelpName = "NAME" };
        var name = new Option<string?>("--id") { Description = "The new session's id. [default: a new one]", HelpName = "SESSION" };
        var command = new Command("restore-session", "Go on with a session from where it stood at a rollback point, in a new session. The old one stays as it is.") { point, session, agent, name };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var restored = await client.Documents(globals.Workspace(line)).RestoreSessionAsync(line.GetRequiredValue(point), new()
            {
                SessionId = line.GetRequiredValue(session), AgentId = line.GetValue(agent) ?? Environment.UserName, NewSessionId = line.GetValue(name),
            }, cancellationToken: cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, restored, MementoJson.Default.SessionView);
            else terminal.Out.WriteLine($"{restored.SessionId} goes on from {restored.Parent?.SessionId} at {restored.Parent?.Seq}.");
            return ExitCode.Done;
        });
        return command.WithExamples("memento points restore-session rp-0199… fix-the-parser --agent repair-1");
    }
}
