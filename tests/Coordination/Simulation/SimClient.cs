using System.Collections.Immutable;
using Memento.Core.Coordination.Agents;
using Memento.Core.Coordination.Tasks;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>A user behind the edge of a silo: retries until there is an answer.</summary>
internal sealed class SimClient(Simulator sim, string key, int silo) : Activation(sim, key, silo)
{
    private const int MaxTries = 40;

    public override bool IsOutside => true;

    /// <summary>Submits a batch; a slot may be reserved first, so that a task rides along.</summary>
    public async Task Submit(SubmitPlan plan, string requestKey)
    {
        var ride = plan.Rides ? await ReserveSlot(plan.Tasks[0]) : null;
        var tasks = ImmutableArray<TaskSnapshot>.Empty;
        for (var tries = 0; tries < MaxTries && tasks.IsEmpty; tries++)
        {
            var reply = await Sim.Call<SimQueue, ImmutableArray<TaskSnapshot>>(
                this, $"queue/{plan.Queue}", "queue.submit", queue => queue.Submit(plan.Tasks, requestKey, ride));
            if (reply.Came && !reply.Value.IsEmpty) tasks = reply.Value;
            else await Sim.Delay(this, 500);
        }

        if (ride is null) return;
        var delivery = new Delivery(ride.Reservation.Id, ride.Reservation.Epoch, [.. tasks.Where(t => t.State.Lease?.ReservationId == ride.Reservation.Id)]);
        await Sim.Call<SimAgent, bool>(this, $"agent/{ride.AgentId}", "agent.deliver", agent => agent.Deliver(delivery));
    }

    public async Task Ask(string taskId, Func<SimTask, Task<TaskAnswer>> command)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var reply = await Sim.Call(this, $"task/{taskId}", "task.asked", command);
            if (reply.Value is { IsUnknown: false }) return;
            await Sim.Delay(this, 500);
        }
    }

    public Task HandOff(string fromAgent, string toAgent) => Sim.Call<SimDispatcher, bool>(
        this, "dispatcher/q0", "dispatcher.handoff", dispatcher => dispatcher.HandOff(fromAgent, toAgent));

    private async Task<Ride?> ReserveSlot(TaskSpec task)
    {
        var candidates = await Sim.Call<SimDirectory, ImmutableArray<AgentCapacity>>(
            this, "directory/d", "directory.candidates", directory => directory.GetCandidates());
        var agent = candidates.Came ? candidates.Value.FirstOrDefault(a => a.Room.CanDo(new(task.RequiredCapabilities, task.Type))) : null;
        if (agent is null) return null;
        var reservation = await Sim.Call<SimAgent, Reservation>(this, $"agent/{agent.AgentId}", "agent.reserve", a => a.Reserve(1));
        return reservation.Value is { Slots: > 0 } slot ? new(agent.AgentId, slot) : null;
    }
}
