namespace Memento.Cli.Agents;

/// <summary>Where programs are.</summary>
internal static class ProgramFile
{
    /// <summary>What keeps the program from being started, or null. What is wrong with it from the beginning must not cost tasks their attempts.</summary>
    public static string? Problem(string program) => Candidates(program) is not [var first, ..] found
        ? $"there is no program {program}{(IsPath(program) ? "" : " on the PATH")}"
        : found.Any(IsExecutable) ? null : $"{first} is not executable (chmod +x)";

    /// <summary>Whether there is a program of this name on the PATH.</summary>
    public static bool Exists(string program) => Problem(program) is null;

    private static bool IsPath(string program) => program.Contains('/', StringComparison.Ordinal) || Path.IsPathRooted(program);

    private static string[] Candidates(string program)
    {
        var folders = IsPath(program) ? [""] : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string[] endings = OperatingSystem.IsWindows() ? ["", ".exe", ".cmd", ".bat", ".com"] : [""];
        return [.. folders.SelectMany(folder => endings.Select(ending => Path.Combine(folder, program + ending))).Where(File.Exists)];
    }

    private static bool IsExecutable(string file)
    {
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Execute) != 0;
    }
}
