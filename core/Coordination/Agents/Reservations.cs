using System.Collections.Immutable;
using Memento.Core.Coordination.Tasks;

namespace Memento.Core.Coordination.Agents;

/// <summary>Slots that an agent keeps free for dispatchers. A reservation lapses by itself: the dispatcher may be gone.</summary>
public sealed class Reservations
{
    public static readonly TimeSpan Lapse = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly DueHeap<TimeSpan> _lapses = new();

    /// <summary>Reserved slots in all.</summary>
    public int Slots { get; private set; }

    public void Add(string reservationId, int slots, TimeSpan now)
    {
        _slots.Add(reservationId, slots);
        _lapses.Set(reservationId, now + Lapse);
        Slots += slots;
    }

    /// <summary>Ends a reservation, but for slots of which nobody knows whether they were used.</summary>
    public void Settle(string reservationId, int unsure)
    {
        if (!_slots.TryGetValue(reservationId, out var slots)) return;
        var kept = Math.Min(slots, unsure);
        Slots -= slots - kept;
        if (kept > 0)
        {
            _slots[reservationId] = kept;
            return;
        }

        _slots.Remove(reservationId);
        _lapses.Set(reservationId, null);
    }

    /// <summary>Ends the reservations that have lapsed.</summary>
    /// <returns>Whether there was one.</returns>
    public bool EndLapsed(TimeSpan now)
    {
        var any = false;
        while (_lapses.TakeDue(now) is { } reservationId)
        {
            any = true;
            Settle(reservationId, unsure: 0);
        }

        return any;
    }

    public void Clear()
    {
        foreach (var reservationId in _slots.Keys.ToArray()) Settle(reservationId, unsure: 0);
    }
}

/// <summary>The last answers of an agent's receive calls, by idempotency key.</summary>
public sealed class ReceivedAnswers
{
    /// <summary>Most answers in memory; an agent repeats the last one, if any.</summary>
    public const int Max = 8;

    private readonly Queue<(string Key, ImmutableArray<TaskSnapshot> Tasks)> _answers = new();

    public ImmutableArray<TaskSnapshot>? Find(string key)
    {
        foreach (var answer in _answers)
            if (answer.Key == key) return answer.Tasks;
        return null;
    }

    public void Add(string key, ImmutableArray<TaskSnapshot> tasks)
    {
        _answers.Enqueue((key, tasks));
        if (_answers.Count > Max) _answers.Dequeue();
    }

    public void Clear() => _answers.Clear();
}
