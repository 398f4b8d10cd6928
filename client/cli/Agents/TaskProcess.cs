using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Memento.Agents;
using Memento.Cli.Tasks;
using Memento.Tasks;

namespace Memento.Cli.Agents;

/// <summary>Does tasks with a program: the task as JSON on stdin, the result on stdout, progress on stderr.</summary>
internal sealed class TaskProcess(string[] command, TimeProvider clock)
{
    /// <summary>Exit code that says that another attempt would fail too.</summary>
    public const int Final = 100;

    private const int MostOutput = 1024 * 1024;   // characters; a result may not be longer
    private const int MostTold = 500;

    private static readonly TimeSpan ProgressPause = TimeSpan.FromSeconds(1);

    /// <summary>What keeps the program from being started, or null. What is wrong with it from the beginning must not cost tasks their attempts.</summary>
    public static string? Problem(string program)
    {
        var folders = program.Contains('/', StringComparison.Ordinal) || Path.IsPathRooted(program) ? [""] : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string[] endings = OperatingSystem.IsWindows() ? ["", ".exe", ".cmd", ".bat", ".com"] : [""];
        var found = folders.SelectMany(folder => endings.Select(ending => Path.Combine(folder, program + ending))).Where(File.Exists).ToArray();
        if (found.Length == 0) return $"there is no program {program}{(folders.Length > 1 ? " on the PATH" : "")}";
        if (OperatingSystem.IsWindows()) return null;
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        foreach (var file in found)
            if ((File.GetUnixFileMode(file) & Execute) != 0) return null;
        return $"{found[0]} is not executable (chmod +x)";
    }

    public async Task<JsonText?> RunAsync(AgentTask task, CancellationToken cancellationToken)
    {
        using var process = Start(task.Task);
        try
        {
            var (output, progress) = (ReadAsync(process.StandardOutput, cancellationToken), FollowAsync(process.StandardError, task, cancellationToken));
            await FeedAsync(process, JsonSerializer.SerializeToUtf8Bytes(task.Task, MementoJson.Default.ReceivedTask), cancellationToken);
            var exit = process.WaitForExitAsync(cancellationToken);
            if (await Task.WhenAny(output, exit) == output) await output;   // a program whose output nobody reads any more would not end
            await exit;
            var (text, last) = (await output, await progress);
            return process.ExitCode switch
            {
                0 => ResultOf(text),
                Final => throw new TaskFailedException(Said(process.ExitCode, last)),
                var code => throw new InvalidOperationException(Said(code, last)),
            };
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private Process Start(ReceivedTask task)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in command[1..]) start.ArgumentList.Add(argument);
        // The attempt, if somebody records it; otherwise whoever submitted the task. What this process was started in has nothing to do with it.
        var (parent, state) = Activity.Current is { Source.Name: Telemetry.Name } attempt ? (attempt.Id, attempt.TraceStateString) : (task.TraceParent, null);
        (start.Environment[TraceVariable.Parent], start.Environment[TraceVariable.State]) = (parent, state);   // null takes it out
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{command[0]} could not be started: {e.Message}", e);
        }
    }

    private static async Task FeedAsync(Process process, byte[] task, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(task, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            return;   // it does not read what it is told; its exit code says what came of that
        }
    }

    private static async Task<string> ReadAsync(StreamReader output, CancellationToken cancellationToken)
    {
        var (text, buffer) = (new StringBuilder(), new char[8_192]);
        for (int read; (read = await output.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (text.Length + read > MostOutput) throw new TaskFailedException($"The program printed more than {MostOutput} characters; a result cannot be longer.");
            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }

    /// <summary>Reports the newest line as progress, at most once a second. Answers the last one.</summary>
    private async Task<string?> FollowAsync(StreamReader errors, AgentTask task, CancellationToken cancellationToken)
    {
        string? last = null;
        var told = 0L;
        while (await errors.ReadLineAsync(cancellationToken) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            last = line.Length > MostTold ? line[..MostTold] : line;
            if (told != 0 && clock.GetElapsedTime(told) < ProgressPause) continue;
            told = clock.GetTimestamp();
            await task.ProgressAsync(JsonOrText(last), cancellationToken);
        }

        return last;
    }

    private static JsonText? ResultOf(string output) => string.IsNullOrWhiteSpace(output) ? null : JsonOrText(output.Trim());

    /// <summary>JSON as it is; anything else as a string.</summary>
    private static JsonText JsonOrText(string text)
    {
        try
        {
            return JsonText.Parse(text);
        }
        catch (JsonException)
        {
            return new(JsonSerializer.Serialize(text, MementoJson.Default.String));
        }
    }

    private static string Said(int code, string? last) => $"The program ended with exit code {code}{(last is null ? "." : $": {last}")}";
}
