using System.Diagnostics;

namespace Memento.Bench.Stores;

/// <summary>Programs that the measurements start.</summary>
internal static class Tool
{
    /// <summary>Finds a program in PATH or among the installed versions of PostgreSQL, newest first; null if it is not there.</summary>
    public static string? Find(string name)
    {
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        const string Debian = "/usr/lib/postgresql";
        if (Directory.Exists(Debian)) folders = folders.Concat(Directory.GetDirectories(Debian).OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")));
        return folders.Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs a program to its end and answers what it printed. Throws <see cref="BenchException"/> if it fails.</summary>
    public static async Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken = default)
    {
        using var process = Start(command);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? await output
            : throw new BenchException($"{Path.GetFileName(command[0])} ended with {process.ExitCode}: {(await error).Trim()}");
    }

    /// <summary>Starts a program with its output redirected.</summary>
    public static Process Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        return Process.Start(start) ?? throw new BenchException($"{command[0]} did not start.");
    }

    /// <summary>Sends a signal (<c>TERM</c>, <c>INT</c>) to one process.</summary>
    public static Task SignalAsync(string signal, int processId) => RunAsync(["/bin/kill", $"-{signal}", $"{processId}"]);
}
