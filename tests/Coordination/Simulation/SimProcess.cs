using System.Collections.Immutable;
using Memento.Agents;
using Memento.Core.Coordination.Tasks;
using Memento.Tasks;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>What an agent's process is like.</summary>
internal sealed record AgentPlan(string Id, int Silo, int MaxLoad, long WorkFor, long StartsAt = 0)
{
    public ImmutableArray<string> Capabilities { get; init; } = [];

    /// <summary>Part of the attempts that fail.</summary>
    public double FailRate { get; init; }

    /// <summary>Whether the process receives its first task and never starts it.</summary>
    public bool HangsOnFirst { get; init; }

    public ReturnPolicy OnReturn { get; init; }
}

/// <summary>An agent's process, outside the cluster: registers, sends heartbeats, receives, works, reports.</summary>
internal sealed class SimProcess(Simulator sim, AgentPlan plan, string instanceId) : Activation(sim, $"process/{plan.Id}", plan.Silo)
{
    private const long HeartbeatEvery = 6_000;
    private const long ReceiveFor = 10_000;

    private bool _isRegistered;
    private bool _hasHung;

    public override bool IsOutside => true;

    public AgentPlan Plan => plan;

    public string InstanceId => instanceId;

    /// <summary>Tasks that the process works on, with their tokens.</summary>
    public Dictionary<string, long> Holds { get; } = [];

    public HashSet<string> Hung { get; } = [];

    public long HeardAt { get; set; } = sim.Now;

    public bool WasPaused { get; set; }

    private string Agent => $"agent/{plan.Id}";

    public override void Start()
    {
        Sim.Spawn(this, Run);
        Sim.Spawn(this, Beat);
    }

    public void RegisterAgain() => _isRegistered = false;

    private async Task Run()
    {
        var (requests, requestKey) = (0, (string?)null);
        while (true)
        {
            if (!_isRegistered)
            {
                await Register();
                continue;
            }

            var room = plan.MaxLoad - Holds.Count;
            if (room <= 0)
            {
                await Sim.Delay(this, 200);
                continue;
            }

            requestKey ??= $"{instanceId}-{++requests}";
            var sent = requestKey;
            var reply = await Sim.Call<SimAgent, Received>(
                this, Agent, "agent.receive", agent => agent.Receive(room, ReceiveFor, sent, instanceId), ReceiveFor + 3_000);
            if (!reply.Came)
            {
                await Sim.Delay(this, 200);
                continue;
            }

            requestKey = null;
            _isRegistered = reply.Value!.Tasks is not null;
            foreach (var task in reply.Value.Tasks ?? []) Begin(task);
        }
    }

    private async Task Register()
    {
        var request = new RegisterAgent
        {
            Type = "builder", InstanceId = instanceId, MaxLoad = plan.MaxLoad, Capabilities = plan.Capabilities, OnReturn = plan.OnReturn,
        };
        var reply = await Sim.Call<SimAgent, bool>(this, Agent, "agent.register", agent => agent.Register(request));
        _isRegistered = reply.Came && reply.Value;
        if (!_isRegistered) await Sim.Delay(this, 300);
    }

    private void Begin(TaskSnapshot task)
    {
        if (Holds.TryGetValue(task.TaskId, out var token) && token >= task.State.Token) return;
        Holds[task.TaskId] = task.State.Token;
        Sim.Trace($"{plan.Id} received {task.TaskId} token {task.State.Token}");
        Sim.Spawn(this, () => Work(task.TaskId, task.State.Token, task.State.Spec!.HeartbeatTimeout));
    }

    private async Task Beat()
    {
        while (true)
        {
            await Sim.Delay(this, HeartbeatEvery);
            if (!_isRegistered) continue;
            var reply = await Sim.Call<SimAgent, bool>(this, Agent, "agent.heartbeat", agent => agent.Heartbeat(instanceId));
            if (reply.Came && !reply.Value) _isRegistered = false;
        }
    }

    private async Task Work(string taskId, long token, TimeSpan? heartbeatTimeout)
    {
        if (plan.HangsOnFirst && !_hasHung)
        {
            _hasHung = true;
            Hung.Add(taskId);
            return;
        }

        var answer = await Report(taskId, token, "start");
        var every = (long)Math.Min(3_000, (heartbeatTimeout?.TotalMilliseconds ?? 6_000) / 2);
        for (var left = plan.WorkFor; answer == "ok" && left > 0; left -= every)
        {
            await Sim.Delay(this, Math.Min(left, every));
            if (left > every) answer = await Report(taskId, token, "heartbeat");
        }

        if (answer == "ok") await Report(taskId, token, Sim.Random.Chance(plan.FailRate) ? "fail" : "complete");
        if (Holds.GetValueOrDefault(taskId) == token) Holds.Remove(taskId);
    }

    private async Task<string> Report(string taskId, long token, string kind)
    {
        var report = new TaskReport { AgentId = plan.Id, Token = token };
        while (true)
        {
            var stood = Sim.Cluster.Stands(taskId, token);
            var reply = await Sim.Call<SimAgent, string>(this, Agent, $"agent.{kind}", a => a.Report(taskId, report, kind, instanceId));
            if (!reply.Came || reply.Value == "unknown")
            {
                await Sim.Delay(this, 300);
                continue;
            }

            if (reply.Value != "ok" && stood && Sim.Cluster.Stands(taskId, token)) Sim.Violate($"the current holder was refused ({kind}: {reply.Value})");
            return reply.Value!;
        }
    }
}
