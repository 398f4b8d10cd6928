using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Memento.Cli.Agents;

/// <summary>
/// Programs in sessions of their own: a Ctrl-C in the terminal does not reach them, and all that they have started can be killed together.
/// It takes <c>setsid</c> of util-linux, which becomes the program: its process is the leader of its group.
/// </summary>
internal static partial class OwnSession
{
    private const string Setsid = "setsid";
    private const int KillSignal = 9;

    /// <summary>Whether this system can do that. Elsewhere programs share the terminal, and what has lost its parent is not killed.</summary>
    public static bool IsPossible { get; } = OperatingSystem.IsLinux() && ProgramFile.Exists(Setsid);

    /// <summary>How to start a program.</summary>
    public static ProcessStartInfo Of(string[] command)
    {
        string[] words = IsPossible ? [Setsid, "--", .. command] : command;
        var start = new ProcessStartInfo(words[0]) { UseShellExecute = false };
        foreach (var word in words[1..]) start.ArgumentList.Add(word);
        return start;
    }

    /// <summary>Kills a program and all that it has started, also if it has ended itself.</summary>
    public static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        finally
        {
            if (IsPossible) _ = Send(-process.Id, KillSignal);   // the group; there is none if all are gone, or the program's session had not begun
        }
    }

    /// <param name="process">Its id; if negative, the group of that id.</param>
    /// <param name="signal">Its number.</param>
    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Send(int process, int signal);
}
