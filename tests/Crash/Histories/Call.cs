using System.Diagnostics;
using System.Globalization;
using Memento.Tasks;

namespace Memento.Tests.Crash.Histories;

/// <summary>One call of an agent's process, as it saw it. Times are of the machine's monotonic clock, so those of different processes compare.</summary>
/// <param name="Process">The process that made it; another one under the same agent's name is another process.</param>
/// <param name="Operation">What was said of a task; null = it was received.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Token">The assignment.</param>
/// <param name="Begun">When the call was made; for what was received, when it was asked for.</param>
/// <param name="Ended">When the answer came; null = none ever did, and nobody knows whether it counted.</param>
/// <param name="Outcome">Whether it was accepted, or the code of the refusal.</param>
internal sealed record Call(string Process, TaskOperation? Operation, string TaskId, long Token, long Begun, long? Ended = null, string? Outcome = null)
{
    public const string Accepted = "ok";

    public bool IsAccepted => Outcome == Accepted;

    public bool IsBefore(Call other) => Ended < other.Begun;

    public override string ToString() => $"{Process} {(Operation is { } said ? NamedEnumConverter<TaskOperation>.NameOf(said) : "receive")} {TaskId} under {Token}: {Outcome ?? "no answer"}";
}

/// <summary>How calls travel from the process that made them: a line before each and one after, so that a killed process has told what it was about to do.</summary>
internal static class CallLines
{
    public static string Begin(int number, TaskOperation operation, string taskId, long token) => string.Create(CultureInfo.InvariantCulture, $"> {number} {operation} {taskId} {token} {Stopwatch.GetTimestamp()}");

    public static string End(int number, string outcome) => string.Create(CultureInfo.InvariantCulture, $"< {number} {outcome} {Stopwatch.GetTimestamp()}");

    public static string Received(string taskId, long token, long begun) => string.Create(CultureInfo.InvariantCulture, $"= {taskId} {token} {begun} {Stopwatch.GetTimestamp()}");

    /// <summary>The calls of a process, from the whole lines that it wrote.</summary>
    public static IEnumerable<Call> Parse(string process, IEnumerable<string> lines)
    {
        var open = new Dictionary<string, Call>();
        foreach (var line in lines)
        {
            switch (line.Split(' '))
            {
                case ["=", var task, var token, var begun, var ended]:
                    yield return new(process, null, task, Number(token), Number(begun), Number(ended), Call.Accepted);
                    break;
                case [">", var number, var operation, var task, var token, var begun]:
                    open.Add(number, new(process, Enum.Parse<TaskOperation>(operation), task, Number(token), Number(begun)));
                    break;
                case ["<", var number, var outcome, var ended] when open.Remove(number, out var call):
                    yield return call with { Ended = Number(ended), Outcome = outcome };
                    break;
            }
        }

        foreach (var call in open.Values) yield return call;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
