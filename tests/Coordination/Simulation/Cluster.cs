using System.Collections.Immutable;
using Memento.Core.Coordination;
using Memento.Core.Coordination.Tasks;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>Silos, activations, processes and clients of one run, and what is true of them.</summary>
internal sealed class Cluster
{
    public static readonly DateTimeOffset T0 = new(2026, 5, 6, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<(string Key, int View), Activation> _activations = [];
    private readonly HashSet<string> _duplicated = new(StringComparer.Ordinal);
    private readonly Dictionary<(string TaskId, long Token), long> _reports = [];
    private readonly HashSet<string> _restarted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _deaths = [];
    private readonly SimClient[] _clients;
    private readonly Simulator _sim;
    private int _resubmits;

    public Cluster(Simulator sim, Scenario scenario)
    {
        (_sim, Scenario) = (sim, scenario);
        sim.Cluster = this;
        sim.Faults = scenario.Faults;
        Journal = new(sim);
        _clients = [new(sim, "client/0", 0), new(sim, "client/1", 1)];
    }

    public Scenario Scenario { get; }

    public SimJournal Journal { get; }

    /// <summary>Ids of all tasks that were born and not swept.</summary>
    public HashSet<string> Accepted { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SimProcess> Processes { get; } = [];

    /// <summary>Keys that ever had two activations in this run.</summary>
    public HashSet<string> EverDuplicated { get; } = new(StringComparer.Ordinal);

    /// <summary>Time at which the last task was over.</summary>
    public long LastEnd { get; set; }

    public long LastHappening { get; private set; }

    public bool IsDuplicated(string key) => _duplicated.Contains(key);

    public Activation? Find(string key) => _activations.GetValueOrDefault((key, 0));

    public ClockReading ClockOf(int silo) => new(MonotonicOf(silo, _sim.Now), T0.AddMilliseconds(_sim.Now + (silo == 1 ? Scenario.Skew : 0)));

    public static TimeSpan MonotonicOf(int silo, long time) => TimeSpan.FromMilliseconds(time + (1_000_000 * (silo + 1)));

    public void NoteReport(string taskId, long token) => _reports[(taskId, token)] = _sim.Now;

    public long HeardReport(string taskId, long token) => _reports.GetValueOrDefault((taskId, token));

    public bool Stands(string taskId, long token) => Journal.Find(taskId)?.State.Lease?.Token == token;

    /// <summary>Whether an agent's first and only process works on a task, and was never declared dead.</summary>
    public bool Works(string agentId, string taskId, long token, long since) =>
        Processes.TryGetValue(agentId, out var process) && process.IsAlive && process.Holds.GetValueOrDefault(taskId) == token
            && !_restarted.Contains(agentId) && _deaths.GetValueOrDefault(agentId, -1) < since;

    public void NoteDeath(string agentId) => _deaths[agentId] = _sim.Now;

    public void NoteHeard(string agentId)
    {
        if (Processes.TryGetValue(agentId, out var process)) process.HeardAt = _sim.Now;
    }

    /// <summary>Checks that an agent that is declared dead was not heard for as long as the time-out, pauses of its silo left out.</summary>
    public void CheckDeath(string agentId, int silo)
    {
        if (!Processes.TryGetValue(agentId, out var process) || !process.IsAlive || process.WasPaused) return;
        if (EverDuplicated.Contains($"agent/{agentId}") || EverDuplicated.Contains("directory/d")) return;
        var silent = _sim.Now - process.HeardAt;
        if (silent < Scenario.Detector.Timeout.TotalMilliseconds - 1_500) _sim.Violate("I5 an agent was declared dead although it was heard");
        var paused = _sim.PausedBetween(silo, process.HeardAt, _sim.Now);
        if (paused > 0 && silent - paused < Scenario.Detector.Timeout.TotalMilliseconds - 1_500)
            _sim.Violate("I5 a pause of the silo counted as silence of an agent");
    }

    /// <summary>Starts processes, clients and the sweep, and plans what happens when.</summary>
    public void Start()
    {
        foreach (var agent in Scenario.Agents) Plan(agent.StartsAt, () => StartProcess(agent));
        foreach (var (submit, i) in Scenario.Submits.Select((submit, i) => (submit, i)))
            Plan(submit.At, () => _sim.Spawn(_clients[submit.Edge], () => _clients[submit.Edge].Submit(submit, $"k{i}")));
        foreach (var happening in Scenario.Happenings) Plan(happening.At, () => Happen(happening));
        Route<SimSweep>("sweep/s", 0);
        if (Scenario.CollectAfter > 0) _sim.At(5_000, Collect);

        void Plan(long at, Action action)
        {
            LastHappening = Math.Max(LastHappening, at);
            _sim.At(at, action);
        }
    }

    /// <summary>Finds or makes the activation that a caller on a silo reaches.</summary>
    public Activation Route<TGrain>(string key, int fromSilo) where TGrain : Activation
    {
        var isStateless = typeof(TGrain) == typeof(SimDispatcher) || typeof(TGrain) == typeof(SimMonitor);
        var isLocal = isStateless || _duplicated.Contains(key);
        var view = isLocal ? fromSilo : 0;
        if (_activations.TryGetValue((key, view), out var known) && known.IsAlive) return known;
        var silo = isLocal ? fromSilo : _sim.Random.Next(Simulator.Silos);
        var made = Make<TGrain>(key, silo);
        _activations[(key, view)] = made;
        made.Start();
        return made;
    }

    public void Crash(int silo)
    {
        _sim.Trace($"CRASH silo {silo}");
        _sim.DisturbUntil(_sim.Now + 1_000);
        foreach (var (place, activation) in _activations.Where(a => a.Value.Silo == silo).ToArray())
        {
            activation.Kill();
            _activations.Remove(place);
        }

        _sim.At(_sim.Now + 1_000, () => Route<SimSweep>("sweep/s", 0));
    }

    public void KillCaller(Activation caller)
    {
        _sim.DisturbUntil(_sim.Now + 1_000);
        if (caller is SimProcess process) StopProcess(process.Plan, restarts: _sim.Random.Chance(0.5));
        else if (caller.IsOutside) return;
        else if (caller is SimDispatcher or SimMonitor or SimSweep) Forget(caller.Key, caller.Silo);
        else Crash(caller.Silo);
    }

    private Activation Make<TGrain>(string key, int silo) => typeof(TGrain).Name switch
    {
        nameof(SimTask) => new SimTask(_sim, key, silo),
        nameof(SimQueue) => new SimQueue(_sim, key, silo),
        nameof(SimAgent) => new SimAgent(_sim, key, silo),
        nameof(SimDispatcher) => new SimDispatcher(_sim, key, silo),
        nameof(SimDirectory) => new SimDirectory(_sim, key, silo),
        nameof(SimMonitor) => new SimMonitor(_sim, key, silo),
        _ => new SimSweep(_sim, key, silo),
    };

    private void StartProcess(AgentPlan agent)
    {
        var process = new SimProcess(_sim, agent, $"i{_sim.Now}");
        Processes[agent.Id] = process;
        process.Start();
    }

    private void StopProcess(AgentPlan agent, bool restarts)
    {
        Processes[agent.Id].Kill();
        if (!restarts) return;
        _sim.DisturbUntil(_sim.Now + 1_000);
        _restarted.Add(agent.Id);
        _sim.At(_sim.Now + 1_000, () =>
        {
            if (!Processes[agent.Id].IsAlive) StartProcess(agent);
        });
    }

    private void Happen(Happening h)
    {
        _sim.Trace($"{h.What} {h.Target} {h.Length}");
        var process = Processes.GetValueOrDefault(h.Target);
        switch (h.What)
        {
            case "cancel":
                _sim.Spawn(_clients[1], () => _clients[1].Ask(h.Target, task => task.Cancel()));
                break;
            case "redrive":
                _sim.Spawn(_clients[1], () => _clients[1].Ask(h.Target, task => task.Redrive()));
                break;
            case "sweep":
                if (Journal.Find(h.Target) is { State.IsOver: true }) Accepted.Remove(h.Target);
                Journal.Sweep(h.Target);
                break;
            case "submit":
                var spec = new TaskSpec { TaskId = h.Target, Queue = "q0", Type = "build" };
                _sim.Spawn(_clients[0], () => _clients[0].Submit(new(h.At, 0, "q0", [spec], false), $"again-{++_resubmits}"));
                break;
            case "handoff":
                _sim.Spawn(_clients[0], () => _clients[0].HandOff(Scenario.HandoffAgent, h.Target));
                break;
            case "process dies" when process is not null:
                StopProcess(process.Plan, restarts: false);
                break;
            case "process restarts" when process is not null:
                StopProcess(process.Plan, restarts: true);
                break;
            case "process stops" when process is not null:
                (process.PausedUntil, process.WasPaused) = (_sim.Now + h.Length, true);
                _sim.DisturbUntil(process.PausedUntil);
                break;
            case "register again":
                process?.RegisterAgain();
                break;
            default:
                Strike(h);
                break;
        }
    }

    private void Strike(Happening h)
    {
        switch (h.What)
        {
            case "crash":
                Crash(h.Target == "1" ? 1 : 0);
                break;
            case "crash all":
                Crash(0);
                Crash(1);
                break;
            case "forget":
                Forget(h.Target, 0);
                break;
            case "duplicate":
                Duplicate(h.Target, h.Length);
                break;
            case "silo stops":
                _sim.Pause(h.Target == "1" ? 1 : 0, h.Length);
                break;
            case "mute":
                Scenario.Faults.MuteUntil(_sim, _sim.Now + h.Length);
                break;
        }
    }

    private void Forget(string key, int view)
    {
        if (!_activations.Remove((key, view), out var gone)) return;
        gone.Kill();
        _sim.DisturbUntil(_sim.Now + 1_000);
        if (gone is SimSweep) _sim.At(_sim.Now + 1_000, () => Route<SimSweep>("sweep/s", 0));
    }

    /// <summary>Gives a grain two activations for a while: callers on each silo reach their own.</summary>
    private void Duplicate(string key, long length)
    {
        if (!_duplicated.Add(key)) return;
        EverDuplicated.Add(key);
        if (_activations.TryGetValue((key, 0), out var one) && one.Silo == 1)
        {
            _activations.Remove((key, 0));
            _activations[(key, 1)] = one;
        }

        _sim.DisturbUntil(_sim.Now + length + 1_000);
        _sim.At(_sim.Now + length, () =>
        {
            _duplicated.Remove(key);
            _activations.Remove((key, 0), out var first);
            _activations.Remove((key, 1), out var second);
            var (kept, gone) = _sim.Random.Chance(0.5) ? (first, second) : (second, first);
            if ((kept ?? gone) is { IsAlive: true } left) _activations[(key, 0)] = left;
            if (kept is not null) gone?.Kill();
            _sim.Trace($"one activation of {key} again");
        });
    }

    /// <summary>Deactivates idle tasks, as Orleans does; one that waits for heartbeats asks to stay.</summary>
    private void Collect()
    {
        foreach (var (place, activation) in _activations.Where(a => a.Value is SimTask { HoldsHeartbeats: false, IsIdle: true }).ToArray())
        {
            if (_sim.Now - activation.LastCallAt < Scenario.CollectAfter) continue;
            activation.Kill();
            _activations.Remove(place);
        }

        _sim.At(_sim.Now + 5_000, Collect);
    }
}
