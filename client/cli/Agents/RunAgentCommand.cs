using System.CommandLine;
using System.Text.Json.Nodes;
using Memento.Agents;

namespace Memento.Cli.Agents;

/// <summary><c>memento agent run</c>: any executable as an agent.</summary>
internal static class RunAgentCommand
{
    private static string AtCtrlC => $"Ctrl-C lets running tasks end first, for up to 30 s; a second one kills the programs, and others get their tasks.{(OwnSession.IsPossible ? "" : " There is no setsid here: a Ctrl-C in a terminal reaches the programs too, and ends those that do not ignore it.")}";

    public static Command Create(GlobalOptions globals)
    {
        var id = new Option<string>("--id") { Description = "The agent's name.", HelpName = "AGENT", Required = true };
        var capabilities = Options.Names("--capability", "What it can do.", "NAME");
        var type = new Option<string>("--type") { Description = "What kind of agent it is, for people.", HelpName = "TYPE", DefaultValueFactory = _ => "command" };
        var tasks = Options.Names("--task-type", "Takes tasks of this type only. [default: all that need no more than it can do]", "TYPE");
        var max = Options.InRange("--max", "Tasks that it works on at a time. [default: 1]", 1, Agent.HighestLoad);
        var priority = Options.InRange("--priority", "0 to 10; queues that choose by priority prefer higher ones. [default: 0]", 0, Agent.HighestPriority);
        var heartbeat = Options.Span("--heartbeat", "How often it says that it lives. [default: 10 s, or as often as the server wants]");
        var resume = new Option<bool>("--resume") { Description = "Take up what an earlier process of this agent held, as far as nobody else has it." };
        var handler = new Argument<string[]>("command") { Description = "The program that does a task, and its arguments, behind --. It gets the task as JSON on stdin; what it prints is the result, lines on stderr are progress.", HelpName = "COMMAND", Arity = ArgumentArity.OneOrMore };
        var command = new Command("run", $"Be an agent that runs a program for each task. Exit code 0 of the program = completed, {TaskProcess.Final} = failed for good, others = failed and tried again. The program is killed if its task is lost; it is over when it exits, whatever it has left in the background. What it does is told on stderr; with --json on stdout, one line of JSON each (at, message). {AtCtrlC}")
        {
            id, capabilities, type, tasks, max, priority, heartbeat, resume, handler,
        };
        command.SetAction(async (line, cancellationToken) =>
        {
            if (ProgramFile.Problem(line.GetRequiredValue(handler)[0]) is { } problem) throw new CommandException(problem, ExitCode.WrongUsage);
            using var client = globals.Connect(line);   // the runner is patient itself, and says what it waits for
            var options = new AgentRunnerOptions { AgentId = line.GetRequiredValue(id), Type = line.GetRequiredValue(type), MaxLoad = line.GetValue(max) ?? 1, Priority = line.GetValue(priority) ?? 0, OnReturn = line.GetValue(resume) ? ReturnPolicy.Resume : ReturnPolicy.Drop };
            foreach (var capability in line.GetValue(capabilities) ?? []) options.Capabilities.Add(capability);
            foreach (var taskType in line.GetValue(tasks) ?? []) options.TaskTypes.Add(taskType);
            if (line.Span(heartbeat) is { } seconds) options.HeartbeatInterval = TimeSpan.FromSeconds(seconds);
            var process = new TaskProcess(line.GetRequiredValue(handler), globals.Terminal.Clock);
            await new AgentRunner(client.Agents(globals.Workspace(line)), options, process.RunAsync, what => Tell(globals.Terminal, what, globals.Json(line)), globals.Terminal.Clock)
                .RunAsync(cancellationToken, globals.Terminal.Interruption.TakeSecond());
            return ExitCode.Done;
        });
        return command.WithExamples("memento agent run --id builder-1 --capability build --max 4 -- ./build.sh");
    }

    private static void Tell(Terminal terminal, string what, bool asJson)
    {
        try
        {
            if (asJson) JsonOutput.Write(terminal, new JsonObject { ["at"] = terminal.Clock.GetUtcNow(), ["message"] = what });
            else terminal.Error.WriteLine(Format.Clean(what));
        }
        catch (IOException)
        {
            return;   // the terminal is gone, and the programs are to be ended all the same
        }
    }
}
