using System.Collections.Immutable;
using Memento.Core.Coordination.Agents;
using Memento.Core.Coordination.Tasks;
using Memento.Tasks;
using AgentState = Memento.Core.Coordination.Agents.AgentState;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>What a receive call answers; null tasks = register first.</summary>
internal sealed record Received(ImmutableArray<TaskSnapshot>? Tasks);

/// <summary>The shell of an agent: its stream, and the memory of leases, reservations and inbox.</summary>
internal sealed partial class SimAgent : Activation
{
    private const int MaxTries = 5;

    private readonly AgentMemory _memory = new();
    private AgentState _agent = AgentState.None;
    private long _position;
    private bool _isLoaded;
    private bool _isLoading;
    private HeartbeatHistory? _heartbeats;
    private long _pausedSeen;
    private long _lastVersion;
    private long _lastReservation;
    private long _poll;
    private readonly Gate _loaded;
    private readonly Gate _mail;

    public SimAgent(Simulator sim, string key, int silo) : base(sim, key, silo) => (_loaded, _mail) = (new(sim, this), new(sim, this));

    /// <summary>Leases that the memory counts, for the check of leaks.</summary>
    public IEnumerable<TaskSnapshot> Remembered => _memory.Tasks;

    public async Task<Reservation> Reserve(int slots)
    {
        await Load();
        var id = $"{Id}-{Sim.Now}-{++_lastReservation}";
        var reservation = _memory.Reserve(id, slots, _agent, Clock.Monotonic);
        if (reservation.Slots < slots) TellDirectory(isHeartbeat: false);
        if (reservation.Slots > 0) Sim.Spawn(this, Lapse);
        return reservation;
    }

    public async Task<bool> Deliver(Delivery delivery)
    {
        await Load();
        if ((delivery.EpochIsOver || delivery.Epoch > _agent.Epoch) && !Sim.Has(Bug.NoReload)) await Reload();
        if (Sim.Has(Bug.EpochIgnored)) delivery = delivery with { Tasks = [.. delivery.Tasks.Select(InThisEpoch)] };
        Release(_memory.Deliver(delivery, Bounds));
        NoteMail();
        TellDirectory(isHeartbeat: Sim.Has(Bug.DeliveryIsHeartbeat));
        return true;
    }

    public async Task<AgentCapacity> GetCapacity()
    {
        await Load();
        return Capacity;
    }

    public async Task<ImmutableArray<TaskSnapshot>> GetLeases()
    {
        await Load();
        return [.. _memory.Tasks];
    }

    /// <summary>Gives tasks away together with their session, and returns them as they are then.</summary>
    public async Task<ImmutableArray<TaskSnapshot>> HandOff(ImmutableArray<TaskSnapshot> tasks)
    {
        var released = ImmutableArray.CreateBuilder<TaskSnapshot>();
        foreach (var task in tasks)
        {
            var reply = await Sim.Call<SimTask, TaskAnswer>(
                this, $"task/{task.TaskId}", "task.release", t => t.Release(task.State.Token, ReleaseReason.Handoff));
            if (reply.Value?.Task is not { } after) continue;
            _memory.Learn(after);
            if (after.State.Lease is null && !after.State.IsOver) released.Add(after);
        }

        TellDirectory(isHeartbeat: false);
        return released.ToImmutable();
    }

    public void LeaseEnded(string taskId, long token, AttemptOutcome outcome) => Sim.Spawn(this, async () =>
    {
        await Load();
        _memory.LeaseEnded(taskId, token, outcome);
        TellDirectory(isHeartbeat: false);
    });

    public async Task<bool> Poke()
    {
        await Load();
        await ReadLeases();
        return true;
    }

    public async Task<bool> Suspect(Suspect suspect)
    {
        await Load();
        SeePauses();
        var pauses = Sim.Has(Bug.PauseCounts) ? TimeSpan.Zero : PausesWithin(suspect.SinceHeartbeat);
        var own = _heartbeats;
        if (own is null && Sim.Has(Bug.ActivationIsHeartbeat)) own = HeartbeatHistory.StartAt(Cluster.MonotonicOf(Silo, ActivatedAt));
        var decision = AgentRules.Suspect(_agent, own, suspect, pauses, Sim.Cluster.Scenario.Detector, Clock);
        if (decision.Facts.IsDefaultOrEmpty)
        {
            if (!_agent.IsAlive) ForgetInDirectory();
            return !_agent.IsAlive;
        }

        Sim.Cluster.CheckDeath(Id, Silo);
        if (!await Append(decision.Facts)) return false;
        await BeginEpoch();
        ForgetInDirectory();
        return true;
    }

    private AgentState Bounds => Sim.Has(Bug.ExcessKept) && _agent.Exists
        ? _agent with { Profile = _agent.Profile! with { MaxLoad = 1_000 } }
        : _agent;

    private AgentCapacity Capacity => new()
    {
        AgentId = Id,
        Source = Number,
        Version = ++_lastVersion,
        Capabilities = _agent.Profile?.Capabilities ?? [],
        MaxLoad = _agent.MaxLoad,
        Load = _agent.MaxLoad - _memory.FreeSlots(_agent),
        IsOpen = _agent.TakesTasks,
    };

    private async Task Load()
    {
        while (!_isLoaded)
        {
            if (_isLoading)
            {
                await _loaded.Pass();
                continue;
            }

            _isLoading = true;
            var mark = _memory.BeginRead();
            var reply = await Sim.Read(this, "read:agent", journal => (journal.Agent(Id), journal.LeasesOf(Id)));
            var (row, leases) = reply.Value;
            (_agent, _position, _isLoaded) = (row.State, row.Position, true);
            EndRead(mark, leases);
            _isLoading = false;
            _loaded.Open();
        }
    }

    /// <summary>Reads the stream and the leases again; a newer epoch than known replaces everything.</summary>
    private async Task Reload()
    {
        _isLoaded = false;
        await Load();
    }

    private async Task ReadLeases()
    {
        var mark = _memory.BeginRead();
        var reply = await Sim.Read(this, "read:leases", journal => (journal.Agent(Id), journal.LeasesOf(Id)));
        var (row, leases) = reply.Value;
        if (row.Position > _position && !Sim.Has(Bug.NoReload))
        {
            if (row.State.Epoch > _agent.Epoch) _memory.BeginEpoch();
            (_agent, _position) = (row.State, row.Position);
        }

        EndRead(mark, leases);
    }

    private void EndRead(long mark, ImmutableArray<TaskSnapshot> leases)
    {
        if (Sim.Has(Bug.ReadAdds)) leases = [.. leases, .. _memory.Tasks.Where(t => leases.All(row => row.TaskId != t.TaskId))];
        if (Sim.Has(Bug.EpochIgnored)) leases = [.. leases.Select(InThisEpoch)];
        if (Sim.Has(Bug.OldEpochKept)) leases = [.. leases.Where(row => row.State.Lease!.Epoch == _agent.Epoch && _agent.IsAlive)];
        Release(_memory.EndRead(mark, leases, Bounds));
        NoteMail();
        TellDirectory(isHeartbeat: false);
    }

    private TaskSnapshot InThisEpoch(TaskSnapshot task) =>
        task with { State = task.State with { Lease = task.State.Lease! with { Epoch = _agent.Epoch } } };

    /// <summary>Ends the leases of the epoch before: reads them now, and once more when reservations of that epoch have lapsed.</summary>
    private async Task BeginEpoch()
    {
        _memory.BeginEpoch();
        NoteMail();
        await ReadLeases();
        Sim.Spawn(this, async () =>
        {
            await Sim.Delay(this, 5_000);
            if (Sim.Has(Bug.ScanTakesAll)) ReleaseAll();
            await ReadLeases();
        });
    }

    private void ReleaseAll() => Release([.. _memory.Tasks.Select(t => new LeaseRelease(t.TaskId, t.State.Token, ReleaseReason.AgentLost))]);

    private void Release(ImmutableArray<LeaseRelease> releases)
    {
        if (releases.IsEmpty) return;
        _memory.CountReleases(releases.Length);
        foreach (var release in releases)
        {
            Sim.Spawn(this, async () =>
            {
                var epoch = _agent.Epoch;
                await Sim.Call<SimTask, TaskAnswer>(this, $"task/{release.TaskId}", "task.release", task => release.Resume
                    ? task.Resume(release.Token, epoch, $"resume-{epoch}")
                    : task.Release(release.Token, release.Reason));
                _memory.CountReleases(-1);
                if (release.Resume) await ReadLeases();
                TellDirectory(isHeartbeat: false);
            });
        }
    }

    private async Task Lapse()
    {
        await Sim.Delay(this, (long)Reservations.Lapse.TotalMilliseconds);
        if (Sim.Has(Bug.ReservationNeverLapses) || !_memory.LapseReservations(Clock.Monotonic)) return;
        await ReadLeases();
    }

    /// <summary>Pauses of this silo within the last while: nobody could have been heard here.</summary>
    private TimeSpan PausesWithin(TimeSpan last) =>
        TimeSpan.FromMilliseconds(Sim.PausedBetween(Silo, Sim.Now - (long)last.TotalMilliseconds, Sim.Now));

    private void SeePauses()
    {
        if (Sim.Has(Bug.PauseCounts)) return;
        var paused = Sim.PausedBetween(Silo, ActivatedAt, Sim.Now);
        _heartbeats = _heartbeats?.Forgive(TimeSpan.FromMilliseconds(paused - _pausedSeen));
        _pausedSeen = paused;
    }
}
