using System.CommandLine;
using Memento.Sessions;

namespace Memento.Cli.Sessions;

internal static class HandoffCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var id = SessionsCommand.SessionId();
        var from = new Option<string>("--from") { Description = "The agent that goes.", HelpName = "AGENT", Required = true };
        var to = new Option<string>("--to") { Description = "The agent that comes.", HelpName = "AGENT", Required = true };
        var reason = new Option<string>("--reason") { Description = "Why; it stays in the log.", HelpName = "TEXT", Required = true };
        var context = new Option<string?>("--context") { Description = "What the one who goes wants known: a JSON object.", HelpName = "JSON" };
        var priority = Options.InRange("--priority", "How urgent it is, 0 or more; for the record.", 0, int.MaxValue);
        var command = new Command("handoff", "Hand a session over: one agent goes, another comes. Tasks of the session that the one has go to the other.") { id, from, to, reason, context, priority };

        command.SetAction(async (line, cancellationToken) =>
        {
            var request = new HandOver
            {
                FromAgent = line.GetRequiredValue(from),
                ToAgent = line.GetRequiredValue(to),
                Reason = line.GetRequiredValue(reason),
                Context = Options.Json("--context", line.GetValue(context)),
                Priority = line.GetValue(priority),
            };
            using var client = globals.Connect(line);
            var session = await client.Sessions(globals.Workspace(line)).HandOverAsync(line.GetRequiredValue(id), request, cancellationToken: cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(terminal, session, MementoJson.Default.SessionView);
            else terminal.Out.WriteLine(Format.Clean($"{session.SessionId} went from {request.FromAgent} to {request.ToAgent} with event {session.LastSeq}; in it now: {Format.Few(session.AgentIds, 20)}."));
            return ExitCode.Done;
        });

        return command.WithExamples("memento sessions handoff sess-0199… --from builder-1 --to reviewer-1 --reason \"needs a reviewer\" --priority 5", "memento sessions handoff sess-0199… --from ada --to bob --reason lunch --context '{\"next\": \"run the tests\"}'");
    }
}
