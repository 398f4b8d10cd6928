using System.CommandLine;
using Memento.Sessions;
using Spectre.Console;

namespace Memento.Cli.Sessions;

internal static class WatchCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var terminal = globals.Terminal;
        var id = SessionsCommand.SessionId();
        var from = Options.InRange("--from", "First seq to show. [default: 1, the whole session]", 1, long.MaxValue);
        var fresh = new Option<bool>("--new") { Description = "Show only what happens from now on." };
        var count = Options.InRange("--count", "Stop after this many events.", 1, long.MaxValue);
        var command = new Command("watch", "Follow a session: its events, and each new one as it is recorded. Resumes by itself; Ctrl-C ends it.") { id, from, fresh, count };
        command.Validators.Add(result =>
        {
            if (result.GetResult(from) is not null && result.GetResult(fresh) is not null) result.AddError("--from and --new exclude each other.");
        });

        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var sessions = client.Sessions(globals.Workspace(line));
            var sessionId = line.GetRequiredValue(id);
            var (left, json) = (line.GetValue(count) ?? long.MaxValue, globals.Json(line));
            try
            {
                var first = line.GetValue(fresh) ? (await sessions.GetAsync(sessionId, cancellationToken: cancellationToken)).LastSeq + 1 : line.GetValue(from) ?? 1;
                await foreach (var e in sessions.WatchAsync(sessionId, first, cancellationToken))
                {
                    Show(terminal, e, json);
                    if (--left == 0) break;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return ExitCode.Done;
            }

            return ExitCode.Done;
        });

        return command.WithExamples(
            "memento sessions watch sess-0199…",
            "memento sessions watch sess-0199… --new",
            "memento sessions watch sess-0199… --from 100 --json | jq .type");
    }

    private static void Show(Terminal terminal, SessionEvent e, bool json)
    {
        if (json) JsonOutput.Write(terminal, e, MementoJson.Default.SessionEvent);
        else if (!terminal.OutIsTerminal)
        {
            terminal.Out.WriteLine(EventText.Line(e));
            terminal.Out.Flush();
        }
        else terminal.OutConsole.WriteLine(EventText.Line(e), e.Type switch
        {
            EventType.Broke => new Style(Color.Red),
            EventType.TestPass => new Style(Color.Green),
            EventType.Handoff => new Style(Color.Yellow),
            _ => Style.Plain,
        });
    }
}
