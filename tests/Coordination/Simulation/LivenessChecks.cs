using Memento.Core.Coordination.Tasks;


namespace Memento.Tests.Coordination.Simulation;

/// <summary>
/// The crash table, checked twice a second: each bad condition may last so long after the last planted fault, and no longer.
/// </summary>
internal sealed class LivenessChecks(Simulator sim)
{
    private const long Period = 500;
    private const long Soon = 12_000;
    private const long ToTheEnd = 150_000;

    private readonly Dictionary<string, long> _since = new(StringComparer.Ordinal);
    private readonly HashSet<string> _now = new(StringComparer.Ordinal);

    private Cluster Cluster => sim.Cluster;

    /// <summary>Whether every accepted task is over.</summary>
    public bool AllOver { get; private set; }

    public void Run()
    {
        _now.Clear();
        var living = Cluster.Processes.Values.Where(p => p.IsAlive && p.PausedUntil <= sim.Now).ToArray();
        foreach (var row in Cluster.Journal.Rows) CheckTask(row, living);
        foreach (var process in living) CheckAgent(process);
        foreach (var process in Cluster.Processes.Values) CheckDeath(process);
        foreach (var ended in _since.Keys.Where(key => !_now.Contains(key)).ToArray()) _since.Remove(ended);
        AllOver = Cluster.Accepted.All(Cluster.Journal.IsOver);
        sim.At(sim.Now + Period, Run);
    }

    private void CheckTask(TaskRow row, SimProcess[] living)
    {
        var task = row.Task.State;
        if (task.IsOver) return;
        var (id, lease) = (row.Task.TaskId, task.Lease);
        var utc = Cluster.T0.AddMilliseconds(sim.Now);
        var timeout = (long)Cluster.Scenario.Detector.Timeout.TotalMilliseconds;
        var isReady = task.IsReady(utc) && !(task.LatestStart < utc);
        Limit("ready", id, isReady && living.Any(p => IsIdle(p) && CanDo(p, task)), Soon, "L a task is ready, an agent is idle, and it is not assigned");
        Limit("due", id, task.Deadline < utc, Soon, "L a deadline passed and the task did not fail");
        Limit("late", id, task.Spec!.ScheduleToStart is { } limit && lease is null && task.WaitsFor.IsEmpty && Later(task.QueuedAt, task.NotBefore) + limit < utc,
            Soon, "L the schedule-to-start limit passed and the task did not fail");
        Limit("blocked", id, lease is null && !task.WaitsFor.IsEmpty && task.WaitsFor.All(Cluster.Journal.IsOver), 15_000, "L a task waits for tasks that are over");
        Limit("end", id, living.Any(p => CanDo(p, task) && p.Hung.Count == 0) && !task.WaitsFor.Any(d => !Cluster.Journal.IsOver(d)), ToTheEnd, "L no task ended");
        if (lease is null) return;
        var process = Cluster.Processes[lease.AgentId];
        var holds = process.Holds.GetValueOrDefault(id) == lease.Token;
        Limit("undelivered", id, living.Contains(process) && process.Hung.Count == 0 && !holds, Soon, "L an agent is alive and does not have its task, and nobody repairs it");
        Limit("dead", id, !process.IsAlive, timeout + 9_000, "L the lease of a dead process is not released");
        Limit("hung", id, lease.StartedAt is null && process.IsAlive && holds, Cluster.Scenario.Claim + Soon, "L the visibility time-out never comes");
        Limit("long", id, lease.StartedAt is not null && Over(row, task.Spec.StartToClose), Soon, "L the start-to-close time-out never comes");
    }

    private void CheckAgent(SimProcess process)
    {
        var id = process.Plan.Id;
        var leases = Cluster.Journal.LeasesOf(id);
        Limit("load", id, leases.Length > process.Plan.MaxLoad, Soon, "L maxLoad is exceeded for good");
        if (Cluster.IsDuplicated(process.Key) || Cluster.Find($"agent/{id}") is not SimAgent agent || process.Hung.Count > 0) return;
        var leaked = agent.Remembered.Any(task => !Cluster.Stands(task.TaskId, task.State.Token));
        Limit("leak", id, leaked, Soon, "L a slot leaked: an agent's grain counts a lease that has ended");
    }

    private void CheckDeath(SimProcess process)
    {
        var id = process.Plan.Id;
        var isUnnoticed = !process.IsAlive && Cluster.Journal.Agent(id).State.IsAlive && !Cluster.Journal.LeasesOf(id).IsEmpty;
        Limit("undead", id, isUnnoticed, (long)Cluster.Scenario.Detector.Timeout.TotalMilliseconds + 9_000, "L a dead process with leases is not declared dead");
    }

    private bool IsIdle(SimProcess p) => Cluster.Journal.LeasesOf(p.Plan.Id).Length < p.Plan.MaxLoad && p.Holds.Count < p.Plan.MaxLoad;

    private static bool CanDo(SimProcess process, TaskState task) => task.Spec!.RequiredCapabilities.All(process.Plan.Capabilities.Contains);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;

    private bool Over(TaskRow row, TimeSpan? limit) => limit is { } l && sim.Now - Math.Max(row.StateSince, sim.QuietSince) > l.TotalMilliseconds;

    private void Limit(string what, string id, bool isBad, long limit, string text)
    {
        if (!isBad) return;
        var key = $"{what} {id}";
        _now.Add(key);
        if (!_since.TryGetValue(key, out var since)) _since[key] = since = sim.Now;
        if (sim.Now - Math.Max(what == "end" ? Math.Max(since, Cluster.LastEnd) : since, sim.QuietSince) > limit) sim.Violate($"{text} ({id})");
    }
}
