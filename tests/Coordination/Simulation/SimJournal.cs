using System.Collections.Immutable;
using Memento.Core.Coordination.Agents;
using Memento.Core.Coordination.Tasks;

namespace Memento.Tests.Coordination.Simulation;

internal enum AppendResult { Committed = 0, Conflict, EpochIsOver }

internal sealed record AgentRow(AgentState State, long Position);

internal sealed record TaskRow(TaskSnapshot Task, long Change, long AssignedAt, long StateSince);

/// <summary>
/// Streams and rows as the store keeps them, with its fences: number and position of a task's row, the agent's epoch for an
/// assignment, the position of queue and agent streams. Safety is checked at each commit.
/// </summary>
internal sealed class SimJournal(Simulator sim)
{
    private readonly Dictionary<long, TaskRow> _rows = [];
    private readonly Dictionary<string, long> _numbers = [];
    private readonly Dictionary<string, long> _lastTokens = [];
    private readonly Dictionary<string, AgentRow> _agents = [];
    private readonly Dictionary<string, long> _queues = [];
    private readonly Dictionary<string, ImmutableArray<string>> _submitted = [];
    private readonly SortedSet<long> _open = [];
    private readonly SafetyChecks _checks = new(sim);
    private long _lastNumber;
    private long _lastChange;

    public IEnumerable<TaskRow> Rows => _rows.Values;

    public IEnumerable<KeyValuePair<string, AgentRow>> Agents => _agents;

    public long Begin()
    {
        _open.Add(++_lastChange);
        return _lastChange;
    }

    public void End(long change) => _open.Remove(change);

    /// <summary>Position up to which a reader has seen every change.</summary>
    public long Cursor => _open.Count > 0 && !sim.Has(Bug.CursorPassesOpen) ? _open.Min - 1 : _lastChange;

    public TaskSnapshot? Find(string taskId) => _numbers.TryGetValue(taskId, out var number) ? _rows[number].Task : null;

    public TaskRow? FindRow(string taskId) => _numbers.TryGetValue(taskId, out var number) ? _rows[number] : null;

    public AgentRow Agent(string agentId) => _agents.GetValueOrDefault(agentId) ?? new(AgentState.None, 0);

    public long QueuePosition(string queue) => _queues.GetValueOrDefault(queue);

    public bool IsOver(string taskId) => Find(taskId)?.State.IsOver ?? true;

    public ImmutableArray<TaskSnapshot> OpenOf(string queue) =>
        [.. _rows.Values.Where(r => r.Task.State.Spec!.Queue == queue && !r.Task.State.IsOver).Select(r => r.Task)];

    public ImmutableArray<TaskSnapshot> ChangedSince(string queue, long change) =>
        [.. _rows.Values.Where(r => r.Task.State.Spec!.Queue == queue && r.Change > change).Select(r => r.Task)];

    public ImmutableArray<TaskSnapshot> LeasesOf(string agentId) =>
        [.. _rows.Values.Where(r => r.Task.State.Lease?.AgentId == agentId).Select(r => r.Task)];

    public ImmutableArray<string> Dependents(string taskId) =>
        [.. _rows.Values.Where(r => !r.Task.State.IsOver && r.Task.State.WaitsFor.Contains(taskId)).Select(r => r.Task.TaskId)];

    /// <summary>Appends a batch of births in one transaction with the queue's entry; taken ids are left out.</summary>
    public (AppendResult Result, ImmutableArray<TaskSnapshot> Tasks, long Position) Submit(
        string queue, long position, string key, ImmutableArray<TaskSpec> specs, Ride? ride, DateTimeOffset utc, long change)
    {
        if (_submitted.TryGetValue(key, out var before)) return (AppendResult.Committed, [.. before.Select(Find).OfType<TaskSnapshot>()], QueuePosition(queue));
        if (QueuePosition(queue) != position) return (AppendResult.Conflict, [], 0);
        _queues[queue] = position + 1;
        _submitted[key] = [.. specs.Select(spec => spec.TaskId)];
        foreach (var spec in specs.Where(spec => !_numbers.ContainsKey(spec.TaskId)))
            if (Bear(spec, ride, utc, change)) ride = null;
        return (AppendResult.Committed, [.. specs.Select(spec => Find(spec.TaskId)!)], position + 1);
    }

    /// <summary>Appends events to a task's stream and updates its row, if the row stands where the writer saw it.</summary>
    public (AppendResult Result, TaskSnapshot? Task) Append(TaskSnapshot seen, ImmutableArray<TaskEvent> events, long change)
    {
        var number = seen.Stamp.Number;
        if (sim.Has(Bug.NoStreamNumber) && !_numbers.TryGetValue(seen.TaskId, out number)) return (AppendResult.Conflict, null);
        if (!_rows.TryGetValue(number, out var row) || row.Task.Stamp.Position != seen.Stamp.Position) return (AppendResult.Conflict, null);
        if (number != seen.Stamp.Number) sim.Violate("I2 an append of a swept stream was accepted on the row of its successor");
        foreach (var assigned in events.OfType<TaskEvent.Assigned>())
            if (!IsFenced(assigned)) return (AppendResult.EpochIsOver, null);
        return (AppendResult.Committed, Commit(row, events, change).Task);
    }

    public AppendResult Append(string agentId, long position, ImmutableArray<AgentEvent> events)
    {
        var row = Agent(agentId);
        if (row.Position != position) return AppendResult.Conflict;
        _agents[agentId] = new(events.Aggregate(row.State, AgentRules.Apply), position + events.Length);
        if (events[^1] is AgentEvent.Died) sim.Cluster.NoteDeath(agentId);
        foreach (var newEvent in events) sim.Trace($"commit {agentId} {newEvent.GetType().Name} epoch {_agents[agentId].State.Epoch}");
        return AppendResult.Committed;
    }

    /// <summary>Sweeps a task that is over: its id is free again, and its last token is kept.</summary>
    public void Sweep(string taskId)
    {
        if (Find(taskId) is not { State.IsOver: true } task) return;
        _rows.Remove(task.Stamp.Number);
        _numbers.Remove(taskId);
        _lastTokens[taskId] = task.State.Token;
        sim.Trace($"{taskId} swept");
    }

    private bool Bear(TaskSpec spec, Ride? ride, DateTimeOffset utc, long change)
    {
        ImmutableArray<string> waitsFor = [.. spec.DependsOn.Where(id => !IsOver(id))];
        var born = TaskRules.Submit(TaskState.None, spec, null, waitsFor, _lastTokens.GetValueOrDefault(spec.TaskId), utc).Facts;
        var state = born.Aggregate(TaskState.None, TaskRules.Apply);
        var rides = false;
        if (ride is not null)
        {
            var asked = sim.Has(Bug.BlockedRides) ? state with { WaitsFor = [] } : state;
            var assigned = TaskRules.Assign(asked, ride.AgentId, ride.Reservation.Epoch, ride.Reservation.Id, utc);
            rides = assigned.Refusal is null && IsFenced((TaskEvent.Assigned)assigned.Facts[0]);
            if (rides) born = born.AddRange(assigned.Facts);
        }

        _numbers[spec.TaskId] = ++_lastNumber;
        var empty = TaskState.None with { Spec = spec, Token = _lastTokens.GetValueOrDefault(spec.TaskId) };
        Commit(new(new(new(_lastNumber, 0), empty), 0, 0, sim.Now), born, change);
        sim.Cluster.Accepted.Add(spec.TaskId);
        return rides;
    }

    private bool IsFenced(TaskEvent.Assigned assigned)
    {
        if (sim.Has(Bug.NoFence) || sim.Has(Bug.EpochIgnored)) return true;
        var agent = Agent(assigned.AgentId).State;
        return agent.IsAlive && agent.Epoch == assigned.Epoch;
    }

    private TaskRow Commit(TaskRow row, ImmutableArray<TaskEvent> events, long change)
    {
        foreach (var newEvent in events)
        {
            _checks.Check(row, newEvent);
            var after = TaskRules.Apply(row.Task.State, newEvent);
            if (after.IsOver) sim.Cluster.LastEnd = sim.Now;
            var stamp = row.Task.Stamp with { Position = row.Task.Stamp.Position + 1 };
            var isNewState = (after.Lease?.Token, after.Lease?.StartedAt) != (row.Task.State.Lease?.Token, row.Task.State.Lease?.StartedAt);
            row = new(
                new(stamp, after),
                change,
                newEvent is TaskEvent.Assigned ? sim.Now : row.AssignedAt,
                isNewState ? sim.Now : row.StateSince);
            sim.Trace($"commit {row.Task.TaskId} {newEvent.GetType().Name} token {after.Token} {after.Lease?.AgentId} {after.Lease?.Epoch}");
        }

        _rows[row.Task.Stamp.Number] = row;
        return row;
    }
}

/// <summary>A slot that was reserved before the submit, for a task to be assigned with its birth.</summary>
internal sealed record Ride(string AgentId, Reservation Reservation);
