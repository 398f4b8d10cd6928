using System.Diagnostics;

namespace Memento.Samples.Fleet;

/// <summary>An agent, as the process that it is: this program again, with other arguments.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    /// <summary>First argument of such a process; its name and the server's address follow.</summary>
    public const string Verb = "be-agent";

    private const int MostWords = 10;

    /// <summary>How long an agent that is to stop may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Queue<string> _words = new();

    private AgentProcess(string name, Process process)
    {
        (Name, _process) = (name, process);
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool WasKilled { get; private set; }

    /// <summary>It ended, and nobody asked for it.</summary>
    public bool HasFailed => !WasKilled && _process.HasExited;

    /// <summary>The last that it wrote.</summary>
    public string LastWords
    {
        get { lock (_words) return string.Join(Environment.NewLine, _words); }
    }

    public static AgentProcess Start(string name, Uri server)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Memento.Samples.Fleet" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var start = new ProcessStartInfo(program, [Verb, name, server.AbsoluteUri])
        {
            WorkingDirectory = AppContext.BaseDirectory, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        return new(name, Process.Start(start) ?? throw new DemoException($"{program} did not start."));
    }

    /// <summary>What the process does.</summary>
    public static async Task<int> RunAsync(string name, Uri server)
    {
        using var stop = new CancellationTokenSource();
        var running = new IndexingAgent(name, server).RunAsync(stop.Token);
        await Task.WhenAny(running, StarterIsGoneAsync());
        await stop.CancelAsync();
        try
        {
            await running.WaitAsync(Patience);
            return 0;
        }
        catch (TimeoutException)
        {
            return DemoException.Failed;   // the server is gone too, and it cannot say what became of its tasks
        }
    }

    /// <summary>SIGKILL: it has no moment to put anything in order.</summary>
    public async Task KillAsync()
    {
        WasKilled = true;
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop, by closing its input, and does not wait for ever.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!WasKilled) await StopAsync();
        _process.Dispose();
    }

    private async Task StopAsync()
    {
        WasKilled = true;   // from now on its end is expected
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience + Patience);
        }
        catch (TimeoutException)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    /// <summary>Nobody writes to an agent. Its input ends when it is to stop, or when whoever started it is gone, however that came.</summary>
    private static Task StarterIsGoneAsync() => Task.Run(() => Console.OpenStandardInput().CopyTo(Stream.Null));

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_words)
        {
            _words.Enqueue(line);
            if (_words.Count > MostWords) _words.Dequeue();
        }
    }
}
