using System.Collections.Immutable;
using Memento.Agents;
using Memento.Core.Coordination.Agents;
using Memento.Core.Coordination.Tasks;
using Memento.Tasks;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>The part that the agent's own process calls.</summary>
internal sealed partial class SimAgent
{
    public async Task<bool> Register(RegisterAgent request)
    {
        for (var i = 0; i < MaxTries; i++)
        {
            await Load();
            if (Sim.Has(Bug.EveryRegistrationIsNew)) request = request with { InstanceId = $"{request.InstanceId}-{Sim.Now}" };
            var decision = AgentRules.Register(_agent, request, SimLimits.Agents, Clock.Utc);
            if (decision.Refusal is not null) return false;
            var epoch = _agent.Epoch;
            if (!decision.Facts.IsDefaultOrEmpty && !await Append(decision.Facts)) continue;
            Hear();
            if (_agent.Epoch > epoch) await BeginEpoch();
            TellDirectory(isHeartbeat: true);
            return true;
        }

        return false;
    }

    public async Task<bool> Heartbeat(string instanceId)
    {
        await Load();
        if (!IsCurrent(instanceId)) return false;
        if (!await HearCall()) return false;
        TellDirectory(isHeartbeat: true);
        return true;
    }

    /// <summary>Waits for tasks. The same key gets the same tasks; a new call ends an older one.</summary>
    public async Task<Received> Receive(int max, long wait, string requestKey, string instanceId)
    {
        await Load();
        if (!IsCurrent(instanceId) || !await HearCall()) return new((ImmutableArray<TaskSnapshot>?)null);
        var poll = ++_poll;
        NoteMail();
        TellDirectory(isHeartbeat: true);
        for (var end = Sim.Now + wait; ;)
        {
            var tasks = _memory.Receive(max, requestKey);
            if (!tasks.IsEmpty) TellDirectory(isHeartbeat: false);
            if (!tasks.IsEmpty || Sim.Now >= end) return new(tasks);
            await _mail.Pass(Sim.Has(Bug.NoReadWhileReceiving) ? end - Sim.Now : Math.Min(end - Sim.Now, 5_000));
            if (!IsCurrent(instanceId) || !_agent.IsAlive) return new((ImmutableArray<TaskSnapshot>?)null);
            if (poll != _poll) return new(ImmutableArray<TaskSnapshot>.Empty);
            if (!_memory.HasMail && _memory.HoldsAnything && !Sim.Has(Bug.NoReadWhileReceiving)) await ReadLeases();
        }
    }

    public async Task<string> Report(string taskId, TaskReport report, string kind, string instanceId)
    {
        await Load();
        if (IsCurrent(instanceId) && _agent.IsAlive) Hear();
        var isDoubted = !_memory.Holds(taskId, report.Token);
        var reply = await Sim.Call<SimTask, TaskAnswer>(this, $"task/{taskId}", $"task.{kind}", task => task.Report(report, kind, isDoubted));
        if (reply.Value is not { IsUnknown: false } answer) return "unknown";
        if (answer.Task is { } task) _memory.Learn(task);
        TellDirectory(isHeartbeat: IsCurrent(instanceId));
        return answer.Refusal ?? "ok";
    }

    private bool IsCurrent(string instanceId) =>
        AgentRules.CheckInstance(_agent, Id, Sim.Has(Bug.EveryRegistrationIsNew) ? null : instanceId) is null;

    /// <summary>Records a call of the process; a dead agent is back.</summary>
    private async Task<bool> HearCall()
    {
        var decision = AgentRules.Hear(_agent, new(), SimLimits.Agents, Clock.Utc);
        if (!decision.Facts.IsDefaultOrEmpty && !await Append(decision.Facts)) return false;
        Hear();
        return true;
    }

    private void Hear()
    {
        SeePauses();
        _heartbeats = _heartbeats?.Heard(Clock.Monotonic) ?? HeartbeatHistory.StartAt(Clock.Monotonic);
        Sim.Cluster.NoteHeard(Id);
    }

    private async Task<bool> Append(ImmutableArray<AgentEvent> events)
    {
        var position = _position;
        var reply = await Sim.Append(this, $"append:{events[^1].GetType().Name}", (journal, _) => journal.Append(Id, position, events));
        if (!reply.Came || reply.Value is not AppendResult.Committed)
        {
            _isLoaded = false;
            return false;
        }

        if (_position == position) (_agent, _position) = (events.Aggregate(_agent, AgentRules.Apply), position + events.Length);
        return true;
    }

    private void TellDirectory(bool isHeartbeat)
    {
        if (!_isLoaded || !_agent.IsAlive) return;
        var capacity = Capacity;
        Sim.Wake<SimDirectory>(this, "directory/d", "wake:directory", directory => directory.Note(capacity, isHeartbeat));
        if (capacity.FreeSlots == 0) return;
        foreach (var queue in Sim.Cluster.Scenario.Queues)
            Sim.Wake<SimDispatcher>(this, $"dispatcher/{queue}", "wake:dispatcher", dispatcher => dispatcher.Wake());
    }

    private void ForgetInDirectory() => Sim.Wake<SimDirectory>(this, "directory/d", "wake:directory", directory => directory.Forget(Id));

    private void NoteMail() => _mail.Open();
}
