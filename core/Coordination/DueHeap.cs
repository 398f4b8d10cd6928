namespace Memento.Core.Coordination;

/// <summary>Names with the time at which each is due. Setting and taking cost the logarithm of their number.</summary>
public sealed class DueHeap<TTime> where TTime : struct, IComparable<TTime>
{
    private const int Slack = 1_000;

    private readonly Dictionary<string, TTime> _times = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, TTime> _heap = new();   // Also places that were given up; they are dropped when they come up.

    public int Count => _times.Count;

    public bool Contains(string name) => _times.ContainsKey(name);

    /// <summary>Sets when a name is due; null = never.</summary>
    public void Set(string name, TTime? time)
    {
        if (time is not { } due)
        {
            _times.Remove(name);
            return;
        }

        if (_times.TryGetValue(name, out var before) && before.CompareTo(due) == 0) return;
        _times[name] = due;
        _heap.Enqueue(name, due);
        if (_heap.Count > Slack + (2 * _times.Count)) Compact();
    }

    /// <summary>Takes out the first name that is due at this time or before; null if there is none.</summary>
    public string? TakeDue(TTime now)
    {
        while (_heap.TryPeek(out var name, out var due) && due.CompareTo(now) <= 0)
        {
            _heap.Dequeue();
            if (!_times.TryGetValue(name, out var current) || current.CompareTo(due) != 0) continue;
            _times.Remove(name);
            return name;
        }

        return null;
    }

    /// <summary>Whether a name is due at this time or before.</summary>
    public bool HasDue(TTime now)
    {
        while (_heap.TryPeek(out var name, out var due) && due.CompareTo(now) <= 0)
        {
            if (_times.TryGetValue(name, out var current) && current.CompareTo(due) == 0) return true;
            _heap.Dequeue();
        }

        return false;
    }

    private void Compact()
    {
        _heap.Clear();
        foreach (var (name, due) in _times) _heap.Enqueue(name, due);
    }
}
