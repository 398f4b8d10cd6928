namespace Memento.Tests.Coordination.Simulation;

/// <summary>Runs one seed to its end.</summary>
internal static class SimulationRun
{
    private const long Cap = 400_000;
    private const long Afterwards = 16_000;

    /// <summary>Runs a seed with a planted bug.</summary>
    /// <param name="traced">Whether the log is kept: it costs more than the run.</param>
    /// <param name="stress">The bug whose favorite circumstances the seed meets.</param>
    public static Simulator Of(long seed, Bug bug = Bug.None, bool traced = false, Bug stress = Bug.None)
    {
        var sim = new Simulator((ulong)seed, bug, traced);
        var thread = new Thread(() => Run(sim, seed, stress));   // Without a scheduler of the test runner, continuations run inside their event.
        thread.Start();
        thread.Join();
        return sim.Failure is null ? sim : throw new InvalidOperationException($"The simulation itself failed in seed {seed}.", sim.Failure);
    }

    private static void Run(Simulator sim, long seed, Bug stress)
    {
        var cluster = new Cluster(sim, Stress.Of(stress, new((ulong)seed ^ 0xC0FFEE)));
        var liveness = new LivenessChecks(sim);
        cluster.Start();
        sim.At(500, liveness.Run);
        while (sim.Step() && !IsOver(sim, cluster, liveness))
        {
        }
    }

    private static bool IsOver(Simulator sim, Cluster cluster, LivenessChecks liveness)
    {
        var end = Math.Max(sim.QuietSince, cluster.LastHappening + 3_000) + Afterwards;
        if (sim.Now > Cap) return true;
        if (sim.Now < end) return false;
        if (liveness.AllOver || sim.Now > Math.Max(end, cluster.LastEnd) + 160_000) return true;
        return cluster.Processes.Values.All(p => !p.IsAlive) && sim.Now > end + 35_000;
    }
}
