using System.CommandLine;
using Memento.Tasks;

namespace Memento.Cli.Tasks;

/// <summary><c>memento queues</c>.</summary>
internal static class QueuesCommand
{
    public static Command Create(GlobalOptions globals) => new("queues", "Where tasks wait, and how they are given out.")
    {
        List(globals), Show(globals), SetQueueCommand.Create(globals), Pause(globals, "pause", "Give nothing out for now; what runs goes on.", paused: true), Pause(globals, "resume", "Give tasks out again.", paused: false),
    };

    public static Argument<string> Name() => new("queue") { Description = "The queue's name.", HelpName = "QUEUE" };

    private static Command List(GlobalOptions globals)
    {
        var command = new Command("list", "List queues, by name.");
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var queues = await client.Tasks(globals.Workspace(line)).GetQueuesAsync(cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(globals.Terminal, new Page<QueueView> { Items = queues }, MementoJson.Default.PageQueueView);
            else if (queues.IsEmpty) globals.Terminal.Error.WriteLine("There is no queue.");
            else TaskListing.Write(globals.Terminal, queues);
            return ExitCode.Done;
        });
        return command.WithExamples("memento queues list");
    }

    private static Command Show(GlobalOptions globals)
    {
        var name = Name();
        var command = new Command("show", "Show a queue: how much there is to do, and how it gives its tasks out.") { name };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var queue = await client.Tasks(globals.Workspace(line)).GetQueueAsync(line.GetRequiredValue(name), cancellationToken);
            if (globals.Json(line)) JsonOutput.Write(globals.Terminal, queue, MementoJson.Default.QueueView);
            else QueueRendering.Write(globals.Terminal, queue);
            return ExitCode.Done;
        });
        return command.WithExamples("memento queues show default", "memento queues show default --json | jq .settings");
    }

    private static Command Pause(GlobalOptions globals, string verb, string description, bool paused)
    {
        var name = Name();
        var command = new Command(verb, description) { name };
        command.SetAction((line, cancellationToken) => ChangeAsync(globals, line, line.GetRequiredValue(name), new() { Paused = paused }, cancellationToken));
        return command.WithExamples($"memento queues {verb} default");
    }

    /// <summary>Changes a queue, and shows it as it is then.</summary>
    public static async Task<int> ChangeAsync(GlobalOptions globals, ParseResult line, string queue, QueueChange change, CancellationToken cancellationToken)
    {
        using var client = globals.Connect(line);
        var view = await client.Tasks(globals.Workspace(line)).ConfigureAsync(queue, change, cancellationToken);
        if (globals.Json(line)) JsonOutput.Write(globals.Terminal, view, MementoJson.Default.QueueView);
        else QueueRendering.Write(globals.Terminal, view);
        return ExitCode.Done;
    }
}
