using System.CommandLine;

namespace Memento.Cli.Sessions;

internal static class SessionsCommand
{
    public static Command Create(GlobalOptions globals) => new("sessions", "List, look at, follow, fork and hand over sessions.")
    {
        ListCommand.Create(globals),
        ShowCommand.Create(globals),
        EventsCommand.Create(globals),
        WatchCommand.Create(globals),
        ForkCommand.Create(globals),
        HandoffCommand.Create(globals),
    };

    public static Argument<string> SessionId() => new("session") { Description = "The session's id.", HelpName = "SESSION" };
}
