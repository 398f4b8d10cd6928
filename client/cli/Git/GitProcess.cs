using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Memento.Cli.Git;

/// <summary>A run of the git command.</summary>
internal sealed class GitProcess : IAsyncDisposable
{
    private const int MaxErrorLength = 4096;

    // Ctrl-C reaches git as well as this program, often sooner.
    private const int Interrupted = 128 + 2;
    private const int Killed = 128 + 9;
    private const int Terminated = 128 + 15;

    private static readonly string[] Inherited = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX"];

    private readonly Process _process;
    private readonly Task<string> _errors;

    private GitProcess(Process process)
    {
        _process = process;
        _errors = ReadErrorsAsync(process.StandardError);
    }

    public Stream Output => _process.StandardOutput.BaseStream;

    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Starts git in a folder. Throws <see cref="CommandException"/> if there is no git command.</summary>
    public static GitProcess Start(string folder, params IEnumerable<string> arguments)
    {
        // Nothing of a surrounding hook, of the user's taste, or of the repository's configuration may change what is read.
        string[] always = ["--no-pager", "--no-replace-objects", "-C", folder, "-c", "log.showSignature=false", "-c", "core.quotePath=false", "-c", "i18n.logOutputEncoding=UTF-8"];
        var start = new ProcessStartInfo("git", [.. always, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var name in Inherited) start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        try
        {
            return new(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw new CommandException($"The git command could not be started ({e.Message}); is it installed?", ExitCode.Failed, e);
        }
    }

    /// <summary>Runs git to its end. Answers its exit code and its words.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string folder, CancellationToken cancellationToken, params string[] arguments)
    {
        await using var git = Start(folder, arguments);
        git._process.StandardInput.Close();
        var output = await git._process.StandardOutput.ReadToEndAsync(cancellationToken);
        await git._process.WaitForExitAsync(cancellationToken);
        return (git._process.ExitCode, output.TrimEnd('\n'), await git._errors);
    }

    /// <summary>Runs git to its end. Answers its exit code and the bytes that it wrote.</summary>
    public static async Task<(int ExitCode, byte[] Output)> ReadAsync(string folder, CancellationToken cancellationToken, params string[] arguments)
    {
        await using var git = Start(folder, arguments);
        git._process.StandardInput.Close();
        using var output = new MemoryStream();
        await git.Output.CopyToAsync(output, cancellationToken);
        await git._process.WaitForExitAsync(cancellationToken);
        return (git._process.ExitCode, output.ToArray());
    }

    /// <summary>Waits for the end. Throws <see cref="CommandException"/> if git failed.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        ThrowIfStopped(_process.ExitCode, cancellationToken);
        if (_process.ExitCode != 0) throw new CommandException($"git failed with {_process.ExitCode}: {Format.Clean(await _errors)}");
    }

    /// <summary>Throws if a signal ended git, or the token is cancelled: the exit code is no answer then.</summary>
    public static void ThrowIfStopped(int exitCode, CancellationToken cancellationToken)
    {
        if (exitCode is Interrupted or Terminated or Killed) throw new OperationCanceledException("git was stopped.", cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Ends git if it still runs.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _errors;
        _process.Dispose();
    }

    private static async Task<string> ReadErrorsAsync(StreamReader reader)
    {
        var kept = new StringBuilder();
        var buffer = new char[1024];
        while (await reader.ReadAsync(buffer) is > 0 and var read)
            if (kept.Length < MaxErrorLength) kept.Append(buffer, 0, read);
        return kept.ToString().Trim();
    }
}
