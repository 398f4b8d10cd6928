namespace Memento.Samples.Fleet;

/// <summary>The demo cannot go on, for a reason that one can read.</summary>
internal sealed class DemoException(string message, int exitCode = DemoException.Failed) : Exception(message)
{
    public const int Failed = 1;
    public const int WrongUsage = 2;

    public int ExitCode => exitCode;
}
