using System.Collections.Immutable;
using Memento.Core.Coordination.Agents;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>The shell of the agent directory.</summary>
internal sealed class SimDirectory(Simulator sim, string key, int silo) : Activation(sim, key, silo)
{
    private readonly AgentDirectory _directory = new(sim.Cluster.Scenario.Detector);
    private long _pausedSeen;

    public override void Start() => Sim.Spawn(this, Tick);

    public Task<ImmutableArray<AgentCapacity>> GetCandidates()
    {
        SeePauses();
        return Task.FromResult(_directory.Candidates(Clock.Monotonic));
    }

    public Task<ImmutableArray<Suspect>> GetSuspects()
    {
        SeePauses();
        return Task.FromResult(_directory.Suspects(Clock.Monotonic));
    }

    public Task<bool> Poke() => Task.FromResult(_directory.Count >= 0);

    public void Note(AgentCapacity capacity, bool isHeartbeat)
    {
        SeePauses();
        if (isHeartbeat) _directory.Heartbeat(capacity, Clock.Monotonic);
        else _directory.Update(capacity, Clock.Monotonic);
    }

    public void Forget(string agentId) => _directory.Forget(agentId);

    private async Task Tick()
    {
        if (!Sim.Has(Bug.DirectoryStartsEmpty))
        {
            var mark = _directory.BeginRead();
            var rows = await Sim.Read(this, "read:directory", Rows);
            _directory.EndRead(mark, rows.Value, Clock.Monotonic);
        }

        while (true)
        {
            await Sim.Delay(this, 1_000);
            SeePauses();
            if (_directory.HasOverdue(Clock.Monotonic)) Sim.Wake<SimMonitor>(this, "monitor/d", "wake:monitor", monitor => monitor.Wake());
        }
    }

    private static ImmutableArray<AgentCapacity> Rows(SimJournal journal) =>
    [
        .. from agent in journal.Agents
           where agent.Value.State.IsAlive
           let state = agent.Value.State
           select new AgentCapacity
           {
               AgentId = agent.Key,
               Capabilities = state.Profile!.Capabilities,
               MaxLoad = state.MaxLoad,
               Load = journal.LeasesOf(agent.Key).Length,
               IsOpen = state.TakesTasks,
           },
    ];

    private void SeePauses()
    {
        if (Sim.Has(Bug.PauseCounts)) return;
        var paused = Sim.PausedBetween(Silo, ActivatedAt, Sim.Now);
        _directory.Pause(TimeSpan.FromMilliseconds(paused - _pausedSeen));
        _pausedSeen = paused;
    }
}

/// <summary>The shell of the monitor: reports suspects to their own grains.</summary>
internal sealed class SimMonitor(Simulator sim, string key, int silo) : Activation(sim, key, silo)
{
    public void Wake() => Sim.Spawn(this, async () =>
    {
        var suspects = await Sim.Call<SimDirectory, ImmutableArray<Suspect>>(this, "directory/d", "directory.suspects", d => d.GetSuspects());
        if (!suspects.Came) return;
        foreach (var suspect in suspects.Value)
            await Sim.Call<SimAgent, bool>(this, $"agent/{suspect.AgentId}", "agent.suspect", agent => agent.Suspect(suspect));
    });
}
