using Memento.Core.Coordination.Tasks;
using Memento.Tasks;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>The sweep: wakes, by index, whoever must look at something. It runs on whatever silo lives.</summary>
internal sealed class SimSweep(Simulator sim, string key, int silo) : Activation(sim, key, silo)
{
    private const long Period = 5_000;

    public override void Start() => Sim.Spawn(this, Run);

    private async Task Run()
    {
        for (var n = 1; ; n++)
        {
            await Sim.Delay(this, Period);
            if (Sim.Has(Bug.NoSweep)) continue;
            var rows = Sim.Cluster.Journal.Rows.ToArray();
            foreach (var queue in QueuesToWake(rows)) Poke<SimQueue>($"queue/{queue}", q => q.Poke());
            if (rows.Any(row => row.Task.State.Lease is not null)) Poke<SimDirectory>("directory/d", d => d.Poke());
            foreach (var agent in AgentsToWake(rows)) Poke<SimAgent>($"agent/{agent}", a => a.Poke());
            if (n % 2 == 0 && !Sim.Has(Bug.DependentsNotAsked)) AskDependents(rows);
        }
    }

    private IEnumerable<string> QueuesToWake(TaskRow[] rows) => rows
        .Where(row => !row.Task.State.IsOver && !(Sim.Has(Bug.SweepReadyOnly) && row.Task.State.Lease is not null))
        .Select(row => row.Task.State.Spec!.Queue).Distinct();

    private IEnumerable<string> AgentsToWake(TaskRow[] rows) => rows
        .Where(row => row.Task.State.Lease is { } lease && NeedsLook(row, lease)).Select(row => row.Task.State.Lease!.AgentId).Distinct();

    private bool NeedsLook(TaskRow row, TaskLease lease)
    {
        var agent = Sim.Cluster.Journal.Agent(lease.AgentId).State;
        return agent.Epoch != lease.Epoch || !agent.IsAlive || (lease.StartedAt is null && Sim.Now - row.AssignedAt > Period);
    }

    private void AskDependents(TaskRow[] rows)
    {
        foreach (var row in rows.Where(row => !row.Task.State.IsOver))
            foreach (var id in row.Task.State.WaitsFor)
            {
                var status = Sim.Cluster.Journal.Find(id)?.State.Status ?? WorkStatus.Completed;
                if (Sim.Cluster.Journal.IsOver(id)) Poke<SimTask>($"task/{row.Task.TaskId}", t => t.EndDependency(id, status));
            }
    }

    private void Poke<TGrain>(string target, Func<TGrain, Task> method) where TGrain : Activation => Sim.Spawn(this, () =>
        Sim.Call<TGrain, bool>(this, target, $"sweep:{target[..target.IndexOf('/', StringComparison.Ordinal)]}", async grain =>
        {
            await method(grain);
            return true;
        }));
}
