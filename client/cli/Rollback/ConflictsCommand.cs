using System.CommandLine;

namespace Memento.Cli.Rollback;

internal static class ConflictsCommand
{
    public static Command Create(GlobalOptions globals) => new("conflicts", "Look at and settle what rollbacks left for somebody to decide.")
    {
        ListConflictsCommand.Create(globals),
        ShowConflictCommand.Create(globals),
        ResolveConflictsCommand.Create(globals),
    };
}
