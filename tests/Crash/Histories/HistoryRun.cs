using System.Collections.Immutable;
using System.Diagnostics;
using Memento.Agents;
using Memento.Tasks;
using Memento.Tests.Grains;
using Memento.Tests.Storage;

namespace Memento.Tests.Crash.Histories;

/// <summary>One run by a seed: tasks are submitted while agents and the silo are killed, stopped and woken; then all may end, and what was recorded is put together.</summary>
internal sealed class HistoryRun(TestDatabase database, int seed)
{
    private const int Steps = 24;
    private const int Agents = 5;
    private const int MaxAttempts = 15;

    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(600);

    private readonly Random _random = new(seed);
    private readonly List<SubmitTask> _submitted = [];
    private readonly HashSet<string> _cancelled = [];
    private readonly HashSet<string> _cancelAsked = [];
    private readonly List<(HistoryFleet.Member Agent, int Until)> _asleep = [];

    /// <summary>Processes that were killed.</summary>
    public int Kills { get; private set; }

    /// <summary>What the silos said last.</summary>
    public string Told { get; private set; } = "";

    /// <summary>Processes that were stopped for a while.</summary>
    public int Stops { get; private set; }

    public async Task<History> RunAsync(CancellationToken cancellationToken)
    {
        var workspace = $"w/history-{seed}-{SessionCluster.NewId()}";
        await using var fleet = new HistoryFleet(database, workspace);
        await fleet.StartSiloAsync();
        using var client = MementoClient.Connect(new() { Url = fleet.Url, MaxAttempts = 100, RetryDelay = TimeSpan.FromMilliseconds(50), MaxRetryDelay = TimeSpan.FromMilliseconds(300), RequestTimeout = TimeSpan.FromSeconds(3) });
        var tasks = client.Tasks(workspace);
        await tasks.ConfigureAsync("default", new() { Strategy = _random.GetItems(Enum.GetValues<LoadBalancing>(), 1)[0], BackoffMs = 50, MaxBackoffMs = 200, ClaimMs = 3_000 }, cancellationToken);

        var working = Enumerable.Range(0, Agents).Select(i => fleet.StartAgent($"a{i}", 1 + _random.Next(4), OnReturn(), i < 2 ? ["x"] : [])).ToArray();
        for (var step = 0; step < Steps; step++)
        {
            await SubmitAsync(tasks, cancellationToken);
            await fleet.PassAsync(_random.Next(5, 80), LongestStep);
            await HurtAsync(fleet, working, step);
            if (_random.Next(5) == 0) await CancelAsync(tasks, cancellationToken);
            await WakeAsync(step);
        }

        await WakeAsync(int.MaxValue);
        await EndAsync(fleet, tasks, cancellationToken);
        Told = string.Join('\n', fleet.Told.TakeLast(100));
        return await ReadAsync(fleet, tasks, client.Agents(workspace), cancellationToken);
    }

    private async Task SubmitAsync(ITaskClient tasks, CancellationToken cancellationToken)
    {
        var batch = Enumerable.Range(_submitted.Count + 1, 1 + _random.Next(10)).Select(number => new SubmitTask
        {
            Type = "t", TaskId = $"t{number}", Priority = _random.Next(4) * 3, MaxAttempts = MaxAttempts, StartToCloseMs = 6_000, HeartbeatTimeoutMs = 3_000,
            RequiredCapabilities = _random.Next(10) == 0 ? ["x"] : [],
            DependsOn = _submitted.Count > 0 && _random.Next(8) == 0 ? [_submitted[_random.Next(_submitted.Count)].TaskId!] : [], OnDependencyFailure = DependencyFailure.Release,
            Payload = new HistoryAgent.Work(_random.Next(12), _random.Next(5) == 0 ? 1 + _random.Next(2) : 0, _random.Next(40) == 0).ToJson(),
        }).ToImmutableArray();
        await tasks.SubmitAsync(batch, $"{seed}-{_submitted.Count}", cancellationToken);
        _submitted.AddRange(batch);
    }

    private async Task CancelAsync(ITaskClient tasks, CancellationToken cancellationToken)
    {
        var id = _submitted[^(1 + _random.Next(Math.Min(20, _submitted.Count)))].TaskId!;
        _cancelAsked.Add(id);
        try
        {
            if ((await tasks.CancelAsync(id, new(), cancellationToken)).Status is WorkStatus.Cancelled) _cancelled.Add(id);
        }
        catch (MementoException e) when (e.Code is Codes.TaskOver)
        {
            return;   // too late
        }
    }

    private async Task HurtAsync(HistoryFleet fleet, HistoryFleet.Member[] working, int step)
    {
        var at = _random.Next(working.Length);
        switch (_random.Next(24))
        {
            case < 10:
                await KillAsync(fleet, working, at);
                break;
            case < 15 when !working[at].Process.HasExited && _asleep.All(a => a.Agent != working[at]):
                Stops++;
                await HistoryFleet.SignalAsync(working[at], "STOP");
                _asleep.Add((working[at], step + 1 + _random.Next(5)));
                break;
            case < 17:
                Stops++;
                await fleet.StopSiloAsync();
                await fleet.PassAsync(int.MaxValue, TimeSpan.FromMilliseconds(_random.Next(100, 1_500)));
                await fleet.WakeSiloAsync();
                break;
            case 17:
                Kills++;
                await fleet.KillSiloAsync();
                if (_random.Next(2) == 0) await KillAsync(fleet, working, at);   // both at once
                await fleet.StartSiloAsync();
                break;
            case 18:
                await HistoryFleet.SignalAsync(working[at], "TERM");   // it drains, and another comes beside it
                working[at] = Another(fleet, working[at]);
                break;
            default:
                break;
        }
    }

    private async Task KillAsync(HistoryFleet fleet, HistoryFleet.Member[] working, int at)
    {
        Kills++;
        working[at].Process.Kill();
        await working[at].Process.WaitForExitAsync();
        _asleep.RemoveAll(a => a.Agent == working[at]);
        working[at] = Another(fleet, working[at]);
    }

    /// <summary>Another process for one that is gone: under its name, or under a new one.</summary>
    private HistoryFleet.Member Another(HistoryFleet fleet, HistoryFleet.Member before) =>
        fleet.StartAgent(_random.Next(2) == 0 ? before.AgentId : $"{before.AgentId[..2]}-{fleet.All.Count()}", before.Max, OnReturn(), before.Capabilities);

    private ReturnPolicy OnReturn() => _random.Next(3) == 0 ? ReturnPolicy.Resume : ReturnPolicy.Drop;

    private async Task WakeAsync(int step)
    {
        foreach (var (agent, _) in _asleep.Where(a => a.Until <= step && !a.Agent.Process.HasExited)) await HistoryFleet.SignalAsync(agent, "CONT");
        _asleep.RemoveAll(a => a.Until <= step);
    }

    private static async Task EndAsync(HistoryFleet fleet, ITaskClient tasks, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        while (await tasks.GetQueueAsync("default", cancellationToken) is { } queue && queue.Queued + queue.Assigned + queue.Running > 0 && since.Elapsed < SessionCluster.Patience)
            await fleet.PassAsync(20, TimeSpan.FromMilliseconds(100));
        await fleet.EndAgentsAsync();
    }

    private async Task<History> ReadAsync(HistoryFleet fleet, ITaskClient tasks, IAgentClient agents, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await tasks.ListAsync(new() { Limit = 100, Cursor = cursor }, cancellationToken);
            ids.AddRange(page.Items.Select(t => t.TaskId));
            if ((cursor = page.NextCursor) is null) break;
        }

        var all = ImmutableArray.CreateBuilder<TaskView>();
        foreach (var id in ids) all.Add(await tasks.GetAsync(id, cancellationToken));
        var members = fleet.All.ToArray();
        return new()
        {
            Submitted = [.. _submitted], Cancelled = [.. _cancelled], CancelAsked = [.. _cancelAsked], Tasks = all.ToImmutable(),
            Calls = [.. members.SelectMany(m => CallLines.Parse(m.Name, m.Lines))],
            Queue = await tasks.GetQueueAsync("default", cancellationToken), Agents = (await agents.ListAsync(new() { Limit = 500 }, cancellationToken)).Items, Room = members.Sum(m => m.Max),
        };
    }
}
