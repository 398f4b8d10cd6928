using System.CommandLine;
using Spectre.Console;

namespace Memento.Cli.Agents;

/// <summary><c>memento agents watch</c>.</summary>
internal static class WatchAgentsCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var every = Options.Span("--every", "How often to look. [default: 1s]");
        var count = Options.InRange("--count", "Stop after this many changes.", 1, long.MaxValue);
        var command = new Command("watch", "Follow agents and queues: a table that is kept up to date on a terminal, elsewhere a line for each change. Goes on when the server was away; Ctrl-C ends it.") { every, count };
        command.Validators.Add(result =>
        {
            if (result.GetValue(every) is { } text && TimeText.TryParseSpan(text, out var seconds) && seconds is < 1 or > 86_400) result.AddError($"--every is \"{text}\"; must be from 1s to 1d.");
        });
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var left = line.GetValue(count) ?? long.MaxValue;
            var looking = new FleetLooks(client, globals.Workspace(line), TimeSpan.FromSeconds(line.Span(every) ?? 1), Patience, terminal);
            try
            {
                if (terminal.OutIsTerminal && !globals.Json(line)) await ShowAsync(terminal, looking, left, cancellationToken);
                else await TellAsync(terminal, looking, left, globals.Json(line), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return ExitCode.Done;
            }

            return ExitCode.Done;
        });
        return command.WithExamples("memento agents watch", "memento agents watch --every 5s", "memento agents watch --json | jq 'select(.agent.status == \"dead\") | .agent.agentId'");
    }

    /// <summary>One table that changes.</summary>
    private static Task ShowAsync(Terminal terminal, FleetLooks looking, long left, CancellationToken cancellationToken) =>
        terminal.OutConsole.Live(new Text("")).Overflow(VerticalOverflow.Ellipsis).StartAsync(async live =>
        {
            await foreach (var (fleet, changes) in looking.LookAsync(cancellationToken))
            {
                live.UpdateTarget(new Rows(TaskListing.View(terminal, fleet.Queues), TaskListing.View(terminal, fleet.Agents), new Text($"{Format.Time(terminal.Clock.GetUtcNow())}  Ctrl-C ends it.", new Style(Color.Grey))));
                live.Refresh();
                if ((left -= changes.Count) <= 0) return;
            }
        });

    /// <summary>A line for each change.</summary>
    private static async Task TellAsync(Terminal terminal, FleetLooks looking, long left, bool json, CancellationToken cancellationToken)
    {
        await foreach (var (_, changes) in looking.LookAsync(cancellationToken))
        {
            foreach (var change in changes)
            {
                terminal.Out.WriteLine(json ? change.Json : $"{Format.Time(terminal.Clock.GetUtcNow())}  {change.Line}");
                terminal.Out.Flush();   // A reader of a stream wants each line now.
                if (--left == 0) return;
            }
        }
    }
}
