using System.Collections.Immutable;
using Memento.Agents;
using Memento.Core.Coordination.Agents;
using Memento.Core.Coordination.Queues;
using Memento.Core.Coordination.Tasks;

namespace Memento.Core.Coordination.Dispatch;

/// <summary>
/// One round of a dispatcher: check out, choose, reserve, assign, deliver, tell the queue. The round decides what to ask next and the
/// grain asks; the round can be lost after any step, because checkouts and reservations lapse by themselves.
/// </summary>
public sealed class DispatchRound
{
    private readonly ImmutableArray<TaskSnapshot> _unchosen;

    private DispatchRound(ImmutableArray<AgentBatch> batches, ImmutableArray<TaskSnapshot> unchosen) => (Batches, _unchosen) = (batches, unchosen);

    /// <summary>The chosen tasks by agent, each batch to be reserved, assigned and delivered on its own.</summary>
    public ImmutableArray<AgentBatch> Batches { get; }

    /// <summary>Chooses an agent for each task that was checked out.</summary>
    public static DispatchRound Choose(
        ImmutableArray<TaskSnapshot> checkedOut, ImmutableArray<AgentCapacity> candidates, LoadBalancing strategy)
    {
        var chosen = AgentSelector.Choose(checkedOut, candidates, strategy);
        var ids = chosen.Select(pair => pair.Task.TaskId).ToHashSet(StringComparer.Ordinal);
        return new(
            [.. chosen.GroupBy(pair => pair.AgentId, pair => pair.Task).Select(group => new AgentBatch(group.Key, [.. group]))],
            [.. checkedOut.Where(task => !ids.Contains(task.TaskId))]);
    }

    /// <summary>What the queue is told of the tasks that were checked out. A task without an answer is left to lapse.</summary>
    public ImmutableArray<CheckoutOutcome> Outcomes =>
        [.. _unchosen.Select(task => new CheckoutOutcome.Returned(task.TaskId)), .. Batches.SelectMany(batch => batch.Outcomes)];
}

/// <summary>The tasks of a round that go to one agent.</summary>
public sealed class AgentBatch(string agentId, ImmutableArray<TaskSnapshot> tasks)
{
    private readonly Dictionary<string, TaskSnapshot> _answers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _silent = new(StringComparer.Ordinal);
    private Reservation? _reservation;
    private bool _epochIsOver;

    public string AgentId => agentId;

    /// <summary>Slots to reserve.</summary>
    public int Wanted => tasks.Length;

    /// <summary>Tasks to assign under the reservation; the others found no slot.</summary>
    public ImmutableArray<TaskSnapshot> ToAssign => _reservation is { } r ? tasks[..Math.Min(r.Slots, tasks.Length)] : [];

    /// <summary>Takes over the agent's answer; null = it gave none.</summary>
    public void Reserved(Reservation? reservation) => _reservation = reservation;

    /// <summary>Takes over a task's answer: the task as it is now, whether it was assigned or refused.</summary>
    /// <param name="epochIsOver">Whether the journal refused the assignment because of the epoch.</param>
    public void Answered(TaskSnapshot task, bool epochIsOver = false)
    {
        _silent.Remove(task.TaskId);
        _answers[task.TaskId] = task;
        _epochIsOver |= epochIsOver;
    }

    /// <summary>Takes over that a task gave no answer, also not to a second try: its assignment may have committed or not.</summary>
    public void Silent(string taskId) => _silent.Add(taskId);

    /// <summary>What the agent is to be told; null if nothing was reserved.</summary>
    public Delivery? Delivery => _reservation is not { Slots: > 0 } r ? null : new(
        r.Id,
        r.Epoch,
        [.. _answers.Values.Where(task => task.State.Lease is { } lease && lease.AgentId == agentId && lease.ReservationId == r.Id)],
        _silent.Count,
        _epochIsOver);

    internal IEnumerable<CheckoutOutcome> Outcomes
    {
        get
        {
            var assigned = ToAssign.Length;
            foreach (var task in tasks[assigned..]) yield return new CheckoutOutcome.Returned(task.TaskId);
            foreach (var task in _answers.Values) yield return new CheckoutOutcome.Answered(task);
        }
    }
}
