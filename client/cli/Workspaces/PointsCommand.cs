using System.CommandLine;

namespace Memento.Cli.Workspaces;

internal static class PointsCommand
{
    public static Command Create(GlobalOptions globals) => new("points", "Name moments of a workspace, and see what changed since.")
    {
        CreatePointCommand.Create(globals),
        ListPointsCommand.Create(globals),
        ShowPointCommand.Create(globals),
        DiffPointCommand.Create(globals),
        CheckPointCommand.Create(globals),
        PinPointCommand.Create(globals, pinned: true),
        PinPointCommand.Create(globals, pinned: false),
        DeletePointCommand.Create(globals),
        RestoreSessionCommand.Create(globals),
    };

    public static Argument<string> PointId() => new("point") { Description = "The rollback point's id.", HelpName = "POINT" };
}
