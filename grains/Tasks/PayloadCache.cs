namespace Memento.Tasks;

/// <summary>What tasks are about, until they are given out; as much of it as there is room for. What is missing is read again.</summary>
internal sealed class PayloadCache(long maxBytes)
{
    private const int Overhead = 150;   // of an entry

    private readonly Dictionary<long, (TaskBody? Body, int Bytes)> _bodies = [];
    private long _bytes;

    public void Add(long number, SubmitTask task)
    {
        var bytes = Overhead + (2 * ((task.Payload?.Text.Length ?? 0) + (task.Metadata?.Text.Length ?? 0)));
        if (_bytes + bytes > maxBytes) return;
        _bodies.Add(number, (TaskBody.Of(task), bytes));
        _bytes += bytes;
    }

    /// <summary>Takes a task's body out; false if it must be read.</summary>
    public bool TryTake(long number, out TaskBody? body)
    {
        var found = _bodies.Remove(number, out var entry);
        _bytes -= entry.Bytes;
        body = entry.Body;
        return found;
    }

    public void Clear()
    {
        _bodies.Clear();
        _bytes = 0;
    }
}
