namespace Memento.Tasks;

/// <summary>What tasks are about, until they are given out; of the newest, as much as there is room for: with agents that are free, those are given out at once. What is missing is read again.</summary>
internal sealed class PayloadCache(long maxBytes)
{
    private const int Overhead = 150;   // of an entry

    private readonly SortedDictionary<long, (TaskBody? Body, int Bytes)> _bodies = [];
    private long _bytes;

    public void Add(long number, SubmitTask task)
    {
        var bytes = Overhead + (2 * ((task.Payload?.Text.Length ?? 0) + (task.Metadata?.Text.Length ?? 0)));
        if (bytes > maxBytes) return;
        _bodies.Add(number, (TaskBody.Of(task), bytes));
        _bytes += bytes;
        while (_bytes > maxBytes) TryTake(_bodies.First().Key, out _);
    }

    /// <summary>Takes a task's body out; false if it must be read.</summary>
    public bool TryTake(long number, out TaskBody? body)
    {
        var found = _bodies.Remove(number, out var entry);
        if (found) _bytes -= entry.Bytes;
        body = entry.Body;
        return found;
    }

    public void Clear()
    {
        _bodies.Clear();
        _bytes = 0;
    }
}
