using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Memento.Agents;
using Memento.Tests.Grains;
using Memento.Tests.Storage;

namespace Memento.Tests.Crash.Histories;

/// <summary>A silo and agents as processes, which can be killed, stopped and woken.</summary>
internal sealed class HistoryFleet(TestDatabase database, string workspace) : IAsyncDisposable
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<Member> _all = [];
    private readonly SemaphoreSlim _heard = new(0);
    private readonly ConcurrentQueue<string> _told = [];
    private Process? _silo;

    public Uri Url { get; } = new($"http://127.0.0.1:{FreePort()}/");

    /// <summary>Every process of an agent that ever was.</summary>
    public IEnumerable<Member> All => _all;

    /// <summary>What the silos said, line by line.</summary>
    public IEnumerable<string> Told => _told;

    public async Task StartSiloAsync()
    {
        _silo = ChildProcess.Start("silo", database.Options, null, Url.ToString());
        using var deadline = new CancellationTokenSource(SessionCluster.Patience);
        if (await _silo.StandardOutput.ReadLineAsync(deadline.Token) is null) throw new InvalidOperationException($"The silo ended: {await _silo.StandardError.ReadToEndAsync(deadline.Token)}");
        _ = ReadSiloAsync(_silo.StandardOutput);
        _ = ReadSiloAsync(_silo.StandardError);
    }

    public async Task KillSiloAsync()
    {
        _silo!.Kill();
        await _silo.WaitForExitAsync();
        _silo.Dispose();
        _silo = null;
    }

    public Task StopSiloAsync() => SignalAsync(_silo!, "STOP");

    public Task WakeSiloAsync() => SignalAsync(_silo!, "CONT");

    public Member StartAgent(string id, int max, ReturnPolicy onReturn, params string[] capabilities)
    {
        var process = ChildProcess.Start("agent", database.Options, null, [Url.ToString(), workspace, id, max.ToString(CultureInfo.InvariantCulture), onReturn.ToString(), .. capabilities]);
        var member = new Member($"{id}.{_all.Count}", id, max, capabilities, process);
        member.Reading = ReadAsync(member);
        member.Errors = process.StandardError.ReadToEndAsync();
        _all.Enqueue(member);
        return member;
    }

    public static Task SignalAsync(Member member, string signal) => SignalAsync(member.Process, signal);

    /// <summary>Waits until agents have written so many more lines, but not for longer than that.</summary>
    public async Task PassAsync(int lines, TimeSpan atMost)
    {
        var since = Stopwatch.StartNew();
        for (var i = 0; i < lines && since.Elapsed < atMost; i++)
            if (!await _heard.WaitAsync(atMost - since.Elapsed is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero)) return;
    }

    /// <summary>Lets all agents drain, and waits for them.</summary>
    public async Task EndAgentsAsync()
    {
        foreach (var member in _all.Where(m => !m.Process.HasExited)) await SignalAsync(member, "TERM");
        using var deadline = new CancellationTokenSource(SessionCluster.Patience);
        foreach (var member in _all)
        {
            await member.Process.WaitForExitAsync(deadline.Token);
            await member.Reading;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _all.Select(m => m.Process).Append(_silo).OfType<Process>())
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _heard.Dispose();
    }

    private async Task ReadAsync(Member member)
    {
        while (await member.Process.StandardOutput.ReadLineAsync() is { } line)
        {
            member.Lines.Enqueue(line);
            _heard.Release();
        }
    }

    private async Task ReadSiloAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line) _told.Enqueue(line);
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>One process of an agent.</summary>
    public sealed record Member(string Name, string AgentId, int Max, string[] Capabilities, Process Process)
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public Task Reading { get; set; } = Task.CompletedTask;

        public Task<string> Errors { get; set; } = Task.FromResult("");
    }
}
