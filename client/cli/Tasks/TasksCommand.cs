using System.CommandLine;
using System.Text;
using Memento.Cli.Workspaces;
using Memento.Tasks;

namespace Memento.Cli.Tasks;

/// <summary><c>memento tasks</c>.</summary>
internal static class TasksCommand
{
    public static Command Create(GlobalOptions globals) => new("tasks", "Work that agents are given.")
    {
        Submit(globals), List(globals), Show(globals), Explain(globals), Cancel(globals), Retry(globals),
    };

    private static Argument<string> Id() => new("task") { Description = "The task's id.", HelpName = "TASK" };

    private static Command Submit(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var type = new Argument<string>("type") { Description = "What kind of work it is.", HelpName = "TYPE" };
        var id = new Option<string?>("--id") { Description = "The task's id; a new one if not said.", HelpName = "TASK" };
        var queue = new Option<string?>("--queue") { Description = "The queue it waits in. [default: default]", HelpName = "QUEUE" };
        var priority = Options.InRange("--priority", "0 to 100; higher goes first. [default: 0]", 0, SubmitRules.HighestPriority);
        var needs = Options.Names("--needs", "What whoever does it must be able to do.", "CAPABILITY");
        var after = Options.Names("--after", "Tasks that must have ended before.", "TASK");
        var session = new Option<string?>("--session") { Description = "The session it belongs to.", HelpName = "SESSION" };
        var attempts = Options.InRange("--attempts", "How often it may be begun. [default: as the queue says, 3]", 1, SubmitRules.MostAttempts);
        var inline = new Option<string?>("--payload") { Description = "What it is about: any JSON.", HelpName = "JSON" };
        var file = new Option<string?>("--payload-file") { Description = "The same from a file; - = stdin.", HelpName = "FILE" };
        var command = new Command("submit", "Submit a task. Prints its id.") { type, id, queue, priority, needs, after, session, attempts, inline, file };
        command.Exclude(inline, file);
        command.SetAction(async (line, cancellationToken) =>
        {
            var payload = line.GetValue(inline) ?? (line.GetValue(file) is { } name ? Encoding.UTF8.GetString(await ValueInput.ReadAsync(terminal, name, cancellationToken)) : null);
            using var client = globals.Connect(line);
            var task = (await client.Tasks(globals.Workspace(line)).SubmitAsync(
            [
                new()
                {
                    Type = line.GetRequiredValue(type), TaskId = line.GetValue(id), Queue = line.GetValue(queue), Priority = line.GetValue(priority) ?? 0, RequiredCapabilities = [.. line.GetValue(needs) ?? []],
                    DependsOn = [.. line.GetValue(after) ?? []], SessionId = line.GetValue(session), MaxAttempts = line.GetValue(attempts), Payload = payload is null ? null : ParsePayload(payload),
                    TraceParent = terminal.Environment(TraceVariable.Parent) is { } trace && TraceParent.IsValid(trace) ? trace : null,
                },
            ], cancellationToken: cancellationToken))[0];
            if (globals.Json(line)) JsonOutput.Write(terminal, task, MementoJson.Default.TaskView);
            else terminal.Out.WriteLine(task.TaskId);
            return ExitCode.Done;
        });
        return command.WithExamples("memento tasks submit build --needs build --payload '{\"target\": \"release\"}'", "memento tasks submit deploy --after task-0199… --priority 9");
    }

    private static JsonText ParsePayload(string text)
    {
        try
        {
            return JsonText.Parse(text);
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new CommandException($"the payload is not JSON: {e.Message}", ExitCode.WrongUsage);
        }
    }

    private static Command List(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var status = Options.OneOf<WorkStatus>("--status", "Only these; failed are the dead letters.");
        var (queue, agent, session) = (new Option<string?>("--queue") { Description = "Only tasks of this queue.", HelpName = "QUEUE" }, new Option<string?>("--agent") { Description = "Only tasks that this agent has, or had last.", HelpName = "AGENT" },
            new Option<string?>("--session") { Description = "Only tasks of this session.", HelpName = "SESSION" });
        var command = new Command("list", "List tasks, newest first.") { status, queue, agent, session };
        var paging = new PageOptions(command);
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var tasks = client.Tasks(globals.Workspace(line));
            return await paging.ShowAsync(
                globals, line, (limit, cursor) => tasks.ListAsync(new() { Status = line.Enum<WorkStatus>(status), Queue = line.GetValue(queue), AgentId = line.GetValue(agent), SessionId = line.GetValue(session), Limit = limit, Cursor = cursor }, cancellationToken),
                MementoJson.Default.TaskView, MementoJson.Default.PageTaskView, items => TaskListing.Write(terminal, items), "There is no task.", cancellationToken);
        });
        return command.WithExamples("memento tasks list --status failed", "memento tasks list --agent builder-1 --json");
    }

    private static Command Show(GlobalOptions globals) => One(globals, "show", "Show a task: what it is about, who had it, and what came out.", (tasks, id, ct) => tasks.GetAsync(id, ct)).WithExamples("memento tasks show task-0199…");

    private static Command Cancel(GlobalOptions globals) => One(globals, "cancel", "Cancel a task, also one that runs; its agent is told.", (tasks, id, ct) => tasks.CancelAsync(id, new(), ct)).WithExamples("memento tasks cancel task-0199…");

    private static Command Retry(GlobalOptions globals) => One(globals, "retry", "Let a task that has failed or was cancelled begin anew.", (tasks, id, ct) => tasks.RetryAsync(id, ct)).WithExamples("memento tasks retry task-0199…");

    private static Command One(GlobalOptions globals, string name, string description, Func<ITaskClient, string, CancellationToken, Task<TaskView>> call)
    {
        var id = Id();
        var command = new Command(name, description) { id };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var task = await call(client.Tasks(globals.Workspace(line)), line.GetRequiredValue(id), cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(globals.Terminal, task, MementoJson.Default.TaskView);
            else TaskRendering.Write(globals.Terminal, task);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Explain(GlobalOptions globals)
    {
        var id = Id();
        var command = new Command("explain", "Say why a task is not running.") { id };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var why = await client.Tasks(globals.Workspace(line)).ExplainAsync(line.GetRequiredValue(id), cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(globals.Terminal, why, MementoJson.Default.TaskExplanation);
            else globals.Terminal.Out.WriteLine(Format.Clean(why.Explanation));
            return ExitCode.Done;
        });
        return command.WithExamples("memento tasks explain task-0199…");
    }
}
