using System.Collections.Immutable;
using Memento.Core.Coordination.Agents;
using Memento.Core.Coordination.Dispatch;
using Memento.Core.Coordination.Queues;
using Memento.Core.Coordination.Tasks;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>The shell of a silo's dispatcher of one queue. Wake-ups only set a flag; rounds run one after the other.</summary>
internal sealed class SimDispatcher(Simulator sim, string key, int silo) : Activation(sim, key, silo)
{
    private const long CallTimeout = 2_000;

    private bool _isWoken;
    private bool _isRunning;

    public void Wake()
    {
        _isWoken = true;
        if (_isRunning) return;
        _isRunning = true;
        Sim.Spawn(this, async () =>
        {
            while (_isWoken)
            {
                _isWoken = false;
                await RunRound();
            }

            _isRunning = false;
        });
    }

    /// <summary>Moves a session's leases from one agent to another, with its tasks' progress and without cost of an attempt.</summary>
    public async Task<bool> HandOff(string fromAgent, string toAgent)
    {
        var capacity = await Sim.Call<SimAgent, AgentCapacity>(this, $"agent/{toAgent}", "agent.capacity", a => a.GetCapacity(), CallTimeout);
        var leased = await Sim.Call<SimAgent, ImmutableArray<TaskSnapshot>>(
            this, $"agent/{fromAgent}", "agent.leases", a => a.GetLeases(), CallTimeout);
        if (capacity.Value is not { } room || !leased.Came) return false;
        var tasks = leased.Value.Where(t => room.Room.CanDo(new(t.State.Spec!.RequiredCapabilities, t.State.Spec.Type))).ToArray();
        if (tasks.Length == 0) return true;
        var reserved = await Sim.Call<SimAgent, Reservation>(this, $"agent/{toAgent}", "agent.reserve", a => a.Reserve(tasks.Length), CallTimeout);
        if (reserved.Value is not { Slots: > 0 } reservation) return false;
        var released = await Sim.Call<SimAgent, ImmutableArray<TaskSnapshot>>(
            this, $"agent/{fromAgent}", "agent.handoff", a => a.HandOff([.. tasks[..Math.Min(reservation.Slots, tasks.Length)]]), CallTimeout);
        await Assign(new(toAgent, released.Came ? released.Value : []), reservation);
        return true;
    }

    private async Task RunRound()
    {
        var candidates = await Sim.Call<SimDirectory, ImmutableArray<AgentCapacity>>(
            this, "directory/d", "directory.candidates", d => d.GetCandidates(), CallTimeout);
        if (!candidates.Came || candidates.Value.IsEmpty) return;
        ImmutableArray<AgentRoom> rooms = [.. candidates.Value.Select(agent => agent.Room)];
        var ready = await Sim.Call<SimQueue, ImmutableArray<TaskSnapshot>>(
            this, $"queue/{Id}", "queue.checkout", queue => queue.CheckOut(rooms, max: 32), CallTimeout);
        if (!ready.Came || ready.Value.IsEmpty) return;

        var round = DispatchRound.Choose(ready.Value, candidates.Value, Sim.Cluster.Scenario.Settings.Strategy);
        foreach (var batch in round.Batches)
        {
            var reservation = await Sim.Call<SimAgent, Reservation>(
                this, $"agent/{batch.AgentId}", "agent.reserve", agent => agent.Reserve(batch.Wanted), CallTimeout);
            await Assign(batch, reservation.Value);
        }

        await Sim.Call<SimQueue, bool>(this, $"queue/{Id}", "queue.settle", queue => queue.Settle(round.Outcomes), CallTimeout);
    }

    private async Task Assign(AgentBatch batch, Reservation? reservation)
    {
        batch.Reserved(reservation);
        foreach (var task in batch.ToAssign) await Assign(batch, task, reservation!);
        if (batch.Delivery is not { } delivery) return;
        await Sim.Call<SimAgent, bool>(this, $"agent/{batch.AgentId}", "agent.deliver", agent => agent.Deliver(delivery), CallTimeout);
    }

    /// <summary>Asks twice: the same reservation again gets the same answer.</summary>
    private async Task Assign(AgentBatch batch, TaskSnapshot task, Reservation reservation)
    {
        for (var tries = 0; tries < 2; tries++)
        {
            var reply = await Sim.Call<SimTask, TaskAnswer>(
                this, $"task/{task.TaskId}", "task.assign", t => t.Assign(batch.AgentId, reservation.Epoch, reservation.Id, task), CallTimeout);
            if (reply.Value is not { IsUnknown: false } answer) continue;
            if (answer.Task is not null) batch.Answered(answer.Task, answer.EpochIsOver);
            return;
        }

        batch.Silent(task.TaskId);
    }
}
