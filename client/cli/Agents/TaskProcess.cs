using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Memento.Agents;
using Memento.Cli.Tasks;
using Memento.Tasks;

namespace Memento.Cli.Agents;

/// <summary>
/// Does tasks with a program: the task as JSON on stdin, the result on stdout, progress on stderr. The program is over when it exits, whatever it has left in the background.
/// If the task is lost before, the program is killed with all that it has started.
/// </summary>
internal sealed class TaskProcess(string[] command, TimeProvider clock)
{
    /// <summary>Exit code that says that another attempt would fail too.</summary>
    public const int Final = 100;

    private const int MostOutput = 1024 * 1024;   // characters; a result may not be longer
    private const int MostTold = 500;

    private static readonly TimeSpan ProgressPause = TimeSpan.FromSeconds(1), PatienceAfterExit = TimeSpan.FromSeconds(1);

    public async Task<JsonText?> RunAsync(AgentTask task, CancellationToken cancellationToken)
    {
        using var process = Start(task.Task);
        using var input = process.StandardInput.BaseStream;
        using StreamReader output = process.StandardOutput, errors = process.StandardError;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ended = false;
        try
        {
            var (feeding, reading, following) = (FeedAsync(input, JsonSerializer.SerializeToUtf8Bytes(task.Task, MementoJson.Default.ReceivedTask), over.Token), ReadAsync(output, over.Token), FollowAsync(errors, task, over.Token));
            var exit = process.WaitForExitAsync(cancellationToken);
            if (await Task.WhenAny(reading, exit) == reading) await reading;   // a program whose output nobody reads any more would not end
            await exit;
            await Task.WhenAny(Task.WhenAll(feeding, reading, following), Task.Delay(PatienceAfterExit, clock, cancellationToken));   // what it has left in the background may hold its pipes for long
            await over.CancelAsync();
            await feeding;
            var (text, last) = (await reading, await following);
            ended = true;
            return process.ExitCode switch
            {
                0 => ResultOf(text),
                Final => throw new TaskFailedException(Said(process.ExitCode, last)),
                var code => throw new InvalidOperationException(Said(code, last)),
            };
        }
        finally
        {
            if (!ended) OwnSession.Kill(process);
            await over.CancelAsync();
        }
    }

    private Process Start(ReceivedTask task)
    {
        if (ProgramFile.Problem(command[0]) is { } problem) throw new InvalidOperationException($"{command[0]} could not be started: {problem}.");
        var start = OwnSession.Of(command);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
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

    private static async Task FeedAsync(Stream input, byte[] task, CancellationToken over)
    {
        try
        {
            await input.WriteAsync(task, over);
            input.Close();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return;   // it does not read what it is told; its exit code says what came of that
        }
    }

    private static async Task<string> ReadAsync(StreamReader output, CancellationToken over)
    {
        var (text, buffer) = (new StringBuilder(), new char[8_192]);
        for (int read; (read = await NextAsync(output, buffer, over)) > 0;)
        {
            if (text.Length + read > MostOutput) throw new TaskFailedException($"The program printed more than {MostOutput} characters; a result cannot be longer.");
            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }

    /// <summary>Reads what comes next. 0 = nothing does, or nobody waits for it any more.</summary>
    private static async Task<int> NextAsync(StreamReader reader, char[] buffer, CancellationToken over)
    {
        try
        {
            return await reader.ReadAsync(buffer, over);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return 0;
        }
    }

    /// <summary>Reports the newest line as progress, at most once a second, and in the end the last one. Answers that.</summary>
    private async Task<string?> FollowAsync(StreamReader errors, AgentTask task, CancellationToken over)
    {
        string? last = null, told = null;
        var at = 0L;
        await foreach (var line in LinesAsync(errors, over))
        {
            last = line;
            if (told is null || clock.GetElapsedTime(at) >= ProgressPause) await TellAsync();
        }

        if (!ReferenceEquals(told, last)) await TellAsync();
        return last;

        async Task TellAsync()
        {
            (told, at) = (last, clock.GetTimestamp());
            try
            {
                await task.ProgressAsync(JsonOrText(told!), over);
            }
            catch (Exception e) when (e is MementoException or OperationCanceledException)
            {
                return;   // what cannot be shown as progress is no reason to stop: the program goes on, and its exit code says how it ended
            }
        }
    }

    /// <summary>Lines that say something; of long ones the beginning.</summary>
    private static async IAsyncEnumerable<string> LinesAsync(StreamReader reader, [EnumeratorCancellation] CancellationToken over)
    {
        var (line, buffer) = (new StringBuilder(), new char[8_192]);
        for (int read; (read = await NextAsync(reader, buffer, over)) > 0;)
        {
            for (var i = 0; i < read; i++)
            {
                if (buffer[i] is not ('\n' or '\r'))
                {
                    if (line.Length < MostTold) line.Append(buffer[i]);
                    continue;
                }

                if (!string.IsNullOrWhiteSpace(line.ToString())) yield return line.ToString();
                line.Clear();
            }
        }

        if (!string.IsNullOrWhiteSpace(line.ToString())) yield return line.ToString();
    }

    private static JsonText? ResultOf(string output) => string.IsNullOrWhiteSpace(output) ? null : JsonOrText(output.Trim());

    /// <summary>JSON as it is, if it can be kept; anything else as a string.</summary>
    private static JsonText JsonOrText(string text) => new JsonText(text).Problem(anyValue: true) is null
        ? JsonText.Parse(text)
        : new(JsonSerializer.Serialize(text.Replace('\0', '\uFFFD'), MementoJson.Default.String));

    private static string Said(int code, string? last) => $"The program ended with exit code {code}{(last is null ? "." : $": {last}")}";
}
