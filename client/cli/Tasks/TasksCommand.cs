using System.CommandLine;
using Memento.Tasks;

namespace Memento.Cli.Tasks;

/// <summary><c>memento tasks</c>.</summary>
internal static class TasksCommand
{
    public static Command Create(GlobalOptions globals) => new("tasks", "Work that agents are given.")
    {
        SubmitTaskCommand.Create(globals), List(globals), Show(globals), Explain(globals), Cancel(globals), Retry(globals),
    };

    private static Argument<string> Id() => new("task") { Description = "The task's id.", HelpName = "TASK" };

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

    private static Command Show(GlobalOptions globals) => One(globals, "show", "Show a task: what it is about, who had it, and what came out.", (tasks, id, _, ct) => tasks.GetAsync(id, ct)).WithExamples("memento tasks show task-0199…");

    private static Command Cancel(GlobalOptions globals)
    {
        var reason = new Option<string?>("--reason") { Description = "Why, for the record.", HelpName = "TEXT" };
        var agent = new Option<string?>("--agent") { Description = "Who asks for it, for the record.", HelpName = "AGENT" };
        var token = Options.InRange("--token", "Cancel it only while this assignment holds.", 0, long.MaxValue);
        return One(globals, "cancel", "Cancel a task, also one that runs; its agent is told.", (tasks, id, line, ct) => tasks.CancelAsync(id, new() { Reason = line.GetValue(reason), AgentId = line.GetValue(agent), Token = line.GetValue(token) }, ct), reason, agent, token)
            .WithExamples("memento tasks cancel task-0199…", "memento tasks cancel task-0199… --reason \"not needed any more\"");
    }

    private static Command Retry(GlobalOptions globals) => One(globals, "retry", "Let a task that has failed or was cancelled begin anew.", (tasks, id, _, ct) => tasks.RetryAsync(id, ct)).WithExamples("memento tasks retry task-0199…");

    private static Command One(GlobalOptions globals, string name, string description, Func<ITaskClient, string, ParseResult, CancellationToken, Task<TaskView>> call, params ReadOnlySpan<Option> options)
    {
        var id = Id();
        var command = new Command(name, description) { id };
        foreach (var option in options) command.Add(option);
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var task = await call(client.Tasks(globals.Workspace(line)), line.GetRequiredValue(id), line, cancellationToken);
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
