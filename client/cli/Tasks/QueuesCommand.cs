using System.CommandLine;
using Memento.Agents;
using Memento.Tasks;

namespace Memento.Cli.Tasks;

/// <summary><c>memento queues</c>.</summary>
internal static class QueuesCommand
{
    public static Command Create(GlobalOptions globals) => new("queues", "Where tasks wait, and how they are given out.")
    {
        List(globals), Configure(globals), Pause(globals, "pause", "Give nothing out for now; what runs goes on.", paused: true), Pause(globals, "resume", "Give tasks out again.", paused: false),
    };

    private static Argument<string> Name() => new("queue") { Description = "The queue's name.", HelpName = "QUEUE" };

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

    private static Command Configure(GlobalOptions globals)
    {
        var name = Name();
        var strategy = Options.OneOf<LoadBalancing>("--strategy", "Who gets a task when several agents could.");
        var fairBy = Options.OneOf<FairShare>("--fair-by", "Among whom agents are shared out.");
        var ageing = Options.InRange("--ageing", "Seconds of waiting that weigh as much as one step of priority; 0 = priority alone counts.", 0.0, 86_400.0);
        var attempts = Options.InRange("--attempts", "Attempts of tasks that do not say.", 1, SubmitRules.MostAttempts);
        var command = new Command("set", "Change how a queue gives its tasks out; what is not given stays.") { name, strategy, fairBy, ageing, attempts };
        command.SetAction((line, cancellationToken) => ChangeAsync(globals, line, line.GetRequiredValue(name), new()
        {
            Strategy = line.Enum<LoadBalancing>(strategy), FairBy = line.Enum<FairShare>(fairBy), AgeingSeconds = line.GetValue(ageing), MaxAttempts = line.GetValue(attempts),
        }, cancellationToken));
        return command.WithExamples("memento queues set default --strategy dynamic", "memento queues set builds --fair-by tenant --ageing 30");
    }

    private static Command Pause(GlobalOptions globals, string verb, string description, bool paused)
    {
        var name = Name();
        var command = new Command(verb, description) { name };
        command.SetAction((line, cancellationToken) => ChangeAsync(globals, line, line.GetRequiredValue(name), new() { Paused = paused }, cancellationToken));
        return command.WithExamples($"memento queues {verb} default");
    }

    private static async Task<int> ChangeAsync(GlobalOptions globals, ParseResult line, string queue, QueueChange change, CancellationToken cancellationToken)
    {
        using var client = globals.Connect(line);
        var view = await client.Tasks(globals.Workspace(line)).ConfigureAsync(queue, change, cancellationToken);
        if (globals.Json(line)) JsonOutput.Write(globals.Terminal, view, MementoJson.Default.QueueView);
        else TaskListing.Write(globals.Terminal, [view]);
        return ExitCode.Done;
    }
}
