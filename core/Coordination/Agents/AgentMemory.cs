using System.Collections.Immutable;
using Memento.Core.Coordination.Tasks;
using Memento.Tasks;

namespace Memento.Core.Coordination.Agents;

/// <summary>
/// What an agent's grain remembers besides its stream: leases, inbox, reservations. All of it is a cache over the task table. The
/// methods return the leases that the grain must release. Not thread-safe.
/// </summary>
public sealed class AgentMemory
{
    private readonly Dictionary<string, TaskSnapshot> _leases = new(StringComparer.Ordinal);
    private readonly List<string> _inbox = [];
    private readonly Reservations _reservations = new();
    private readonly ReceivedAnswers _answers = new();
    private readonly ReadMarks _reads = new();
    private int _releasing;
    private bool _isQuiet;

    /// <summary>Leases and reserved slots.</summary>
    public int Load => _leases.Count + _reservations.Slots;

    public int Leases => _leases.Count;

    /// <summary>Whether a call that waits in vain should read the leases again: a wake-up may have been lost.</summary>
    public bool HoldsAnything => Load > 0;

    public bool HasMail => _inbox.Count > 0;

    public bool Holds(string taskId, long token) => _leases.TryGetValue(taskId, out var task) && task.State.Token == token;

    public IEnumerable<TaskSnapshot> Tasks => _leases.Values;

    /// <summary>
    /// Slots for new tasks. There are none while earlier leases are being released, nor for an agent that did not start what it
    /// was given, until it receives again.
    /// </summary>
    public int FreeSlots(AgentState agent) =>
        agent.TakesTasks && _releasing == 0 && !_isQuiet ? Math.Max(0, agent.MaxLoad - Load) : 0;

    /// <summary>Keeps slots free for a dispatcher, as many as there are.</summary>
    public Reservation Reserve(string reservationId, int slots, AgentState agent, TimeSpan now)
    {
        var granted = Math.Clamp(slots, 0, FreeSlots(agent));
        if (granted > 0) _reservations.Add(reservationId, granted, now);
        return new(reservationId, agent.Epoch, granted);
    }

    /// <summary>Ends the reservations that have lapsed. The leases must be read then: an assignment may have committed under one.</summary>
    public bool LapseReservations(TimeSpan now) => _reservations.EndLapsed(now);

    /// <summary>
    /// Takes tasks of the agent's epoch, whether the reservation is still known or not; those of an older epoch are released.
    /// A delivery of a newer epoch than the grain knows must not come here before the grain has read its stream.
    /// </summary>
    public ImmutableArray<LeaseRelease> Deliver(Delivery delivery, AgentState agent)
    {
        _reservations.Settle(delivery.ReservationId, delivery.Unsure);
        var releases = ImmutableArray.CreateBuilder<LeaseRelease>();
        foreach (var task in delivery.Tasks) Take(task, agent, releases);
        GiveBackExcess(agent, releases);
        return releases.ToImmutable();
    }

    /// <summary>Notes that a read of the agent's leases begins.</summary>
    public long BeginRead() => _reads.Begin();

    /// <summary>
    /// Replaces memory by what was read, except what changed since the read began; releases leases of older epochs, and takes those
    /// of the agent's own epoch that were not known.
    /// </summary>
    /// <param name="rows">All tasks leased to the agent; null if the read failed.</param>
    public ImmutableArray<LeaseRelease> EndRead(long mark, IReadOnlyCollection<TaskSnapshot>? rows, AgentState agent)
    {
        var changed = _reads.End(mark);
        if (rows is null) return [];
        var read = rows.Select(row => row.TaskId).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _leases.Keys.Where(id => !read.Contains(id) && !changed.Contains(id)).ToArray()) Drop(gone);
        var releases = ImmutableArray.CreateBuilder<LeaseRelease>();
        foreach (var row in rows)
            if (!changed.Contains(row.TaskId)) Take(row, agent, releases);
        GiveBackExcess(agent, releases);
        return releases.ToImmutable();
    }

    /// <summary>Begins a new epoch: nothing of the one before is known any more. The caller reads the leases and releases the old ones.</summary>
    public void BeginEpoch()
    {
        foreach (var taskId in _leases.Keys.ToArray()) Drop(taskId);
        _reservations.Clear();
        _answers.Clear();
        _isQuiet = false;
    }

    /// <summary>Notes that releases are under way, or that so many have ended, with or without success.</summary>
    public void CountReleases(int change) => _releasing = Math.Max(0, _releasing + change);

    /// <summary>Takes over what a report or a task's grain answered of a leased task.</summary>
    public void Learn(TaskSnapshot task)
    {
        if (!_leases.TryGetValue(task.TaskId, out var known) || task.Stamp <= known.Stamp) return;
        if (task.State.Lease?.Token == known.State.Token) Put(task);
        else Drop(task.TaskId);
    }

    /// <summary>Takes over that a lease ended. An agent that did not start in time gets nothing new until it receives.</summary>
    public void LeaseEnded(string taskId, long token, AttemptOutcome outcome)
    {
        if (!_leases.TryGetValue(taskId, out var known) || known.State.Token > token) return;
        var started = known.State.Lease!.StartedAt is not null;
        _isQuiet |= !started && outcome is AttemptOutcome.NotStarted or AttemptOutcome.TimedOut;
        Drop(taskId);
    }

    /// <summary>Hands out tasks of the inbox. The same key gets the same tasks.</summary>
    /// <param name="key">Idempotency key; null = none.</param>
    /// <returns>Nothing if there is no task: the call may wait, and ask again.</returns>
    public ImmutableArray<TaskSnapshot> Receive(int max, string? key)
    {
        _isQuiet = false;
        if (key is not null && _answers.Find(key) is { } same) return same;
        var tasks = _inbox.Take(max).Select(taskId => _leases[taskId]).ToImmutableArray();
        _inbox.RemoveRange(0, tasks.Length);
        if (key is not null && !tasks.IsEmpty) _answers.Add(key, tasks);
        return tasks;
    }

    private void Take(TaskSnapshot task, AgentState agent, ImmutableArray<LeaseRelease>.Builder releases)
    {
        var lease = task.State.Lease!;
        if (lease.Epoch != agent.Epoch || !agent.IsAlive)
        {
            if (lease.Epoch > agent.Epoch) return;   // The grain's stream is out of date: the next read will tell.
            if (_leases.TryGetValue(task.TaskId, out var old) && old.State.Token == lease.Token) Drop(task.TaskId);
            var resume = agent.IsAlive && agent.Profile!.OnReturn is Memento.Agents.ReturnPolicy.Resume;
            releases.Add(new(task.TaskId, lease.Token, ReleaseReason.AgentLost, resume));
        }
        else if (!_leases.TryGetValue(task.TaskId, out var known))
        {
            Put(task);
            if (lease.StartedAt is null) _inbox.Add(task.TaskId);
        }
        else if (task.Stamp > known.Stamp)
        {
            var isNewLease = lease.Token != known.State.Token;
            if (isNewLease) Drop(task.TaskId);
            Put(task);
            if (isNewLease && lease.StartedAt is null) _inbox.Add(task.TaskId);
        }
    }

    /// <summary>Gives back the newest leases above maxLoad that are not started.</summary>
    private void GiveBackExcess(AgentState agent, ImmutableArray<LeaseRelease>.Builder releases)
    {
        var excess = _leases.Count - agent.MaxLoad;
        if (excess <= 0) return;
        var newest = _leases.Values.Where(task => task.State.Lease!.StartedAt is null)
            .OrderByDescending(task => task.State.Lease!.AssignedAt).ThenByDescending(task => task.Stamp).Take(excess).ToArray();
        foreach (var task in newest)
        {
            Drop(task.TaskId);
            releases.Add(new(task.TaskId, task.State.Token, ReleaseReason.GivenBack));
        }
    }

    private void Put(TaskSnapshot task)
    {
        _leases[task.TaskId] = task;
        _reads.Touch(task.TaskId);
    }

    private void Drop(string taskId)
    {
        _leases.Remove(taskId);
        _inbox.Remove(taskId);
        _reads.Touch(taskId);
    }
}
