using System.CommandLine;

namespace Memento.Cli.Rollback;

internal static class RollbackCommand
{
    public static Command Create(GlobalOptions globals) => new("rollback", "Undo work: everything since a rollback point, or what some agents, sessions or documents brought.")
    {
        PreviewRollbackCommand.Create(globals),
        RunRollbackCommand.Create(globals),
        UndoRollbackCommand.Create(globals),
        WatchRollbackCommand.Create(globals),
        ListRollbacksCommand.Create(globals),
        ShowRollbackCommand.Create(globals),
        CancelRollbackCommand.Create(globals),
    };

    public static Argument<string> OperationId() => new("rollback") { Description = "The rollback's id.", HelpName = "ROLLBACK" };

    public static Option<string> Point() => new("--point", "-p") { Description = "The rollback point to go back to.", HelpName = "POINT", Required = true };

    public static Option<string?> By() => new("--by") { Description = "Who asks for it.", HelpName = "NAME" };

    public static Option<bool> Detach() => new("--detach", "-d") { Description = "Do not wait for its end." };
}
