namespace Memento.Cli;

/// <summary>What the command tells the shell. Fixed: scripts compare these.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;
    public const int NotFound = 3;
    public const int Conflict = 4;
    public const int Unreachable = 5;
}

/// <summary>The command cannot go on, for a reason that the user can read in one line.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCode.Failed, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode => exitCode;
}
