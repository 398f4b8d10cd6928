using System.Runtime.InteropServices;
using System.Text.Json;
using Memento.Agents;

namespace Memento.Tests.Crash.Histories;

/// <summary>An agent as a process of its own: the client's runner, with all that it says of tasks written to stdout.</summary>
internal static class HistoryAgent
{
    /// <summary>What a task asks of its handler.</summary>
    /// <param name="Rounds">Times to report progress.</param>
    /// <param name="Failures">Attempts that fail.</param>
    /// <param name="Hangs">Whether the first attempt never ends.</param>
    public sealed record Work(int Rounds, int Failures, bool Hangs)
    {
        public JsonText ToJson() => new(JsonSerializer.Serialize(this));
    }

    /// <param name="arguments">Address of the server, workspace, agent, most tasks at a time, what becomes of an earlier process's tasks, capabilities.</param>
    public static async Task RunAsync(string[] arguments)
    {
        if (arguments is not [var url, var workspace, var id, var max, var onReturn, .. var capabilities]) throw new ArgumentException("Five arguments, and capabilities.", nameof(arguments));
        using var stop = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        await using var history = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        using var client = MementoClient.Connect(new() { Url = new(url), MaxAttempts = 1, RequestTimeout = TimeSpan.FromSeconds(3) });
        var options = new AgentRunnerOptions { AgentId = id, MaxLoad = int.Parse(max, System.Globalization.CultureInfo.InvariantCulture), OnReturn = Enum.Parse<ReturnPolicy>(onReturn), HeartbeatInterval = HistoryFleet.Heartbeat, ReceiveWait = TimeSpan.FromSeconds(1), DrainTimeout = TimeSpan.FromSeconds(2) };
        foreach (var capability in capabilities) options.Capabilities.Add(capability);
        await new AgentRunner(new RecordingAgents(client.Agents(workspace), history), options, DoAsync, what => history.WriteLine($"# {what}")).RunAsync(stop.Token);
    }

    private static async Task<JsonText?> DoAsync(AgentTask task, CancellationToken cancellationToken)
    {
        var work = JsonSerializer.Deserialize<Work>(task.Task.Payload!.Text)!;
        for (var round = 1; round <= work.Rounds; round++) await task.ProgressAsync(new($"{round}"), cancellationToken);
        if (task.Task.Attempt <= work.Failures) throw new InvalidOperationException("This attempt was to fail.");
        if (work.Hangs && task.Task.Attempt == 1) await Task.Delay(Timeout.Infinite, cancellationToken);
        return new($"{task.Task.Token}");
    }
}
