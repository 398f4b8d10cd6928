using System.Collections.Immutable;

namespace Memento.Sessions;

/// <summary>
/// What watchers of a session share: the newest events, kept only while somebody watches, and a signal that there are more.
/// A watcher that falls behind the few events kept here reads the journal instead, so a slow one costs no memory.
/// </summary>
internal sealed class LiveTail
{
    private const int Kept = 128;

    private List<SessionEvent> _events = [];
    private TaskCompletionSource? _changed;
    private int _watchers;

    /// <summary>Completes at the next change after it was taken.</summary>
    public Task Changed => (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public IDisposable Watch()
    {
        _watchers++;
        return new Watcher(this);
    }

    /// <summary>Tells watchers what was committed.</summary>
    public void Publish(ImmutableArray<SessionFact> facts)
    {
        if (_watchers == 0) return;
        foreach (var fact in facts)
        {
            if (fact is not SessionFact.Recorded(var happened)) continue;
            if (_events.Count > 0 && happened.Seq != _events[^1].Seq + 1) _events.Clear();   // what is kept has no gap
            if (_events.Count == Kept) _events.RemoveRange(0, Kept / 2);
            _events.Add(happened);
        }

        var changed = _changed;
        _changed = null;
        changed?.SetResult();
    }

    /// <summary>Events from a seq on, or null if they are not kept here.</summary>
    public IReadOnlyList<SessionEvent>? Find(long seq)
    {
        if (_events.Count == 0 || seq < _events[0].Seq || seq > _events[^1].Seq) return null;
        return _events.GetRange((int)(seq - _events[0].Seq), (int)(_events[^1].Seq - seq) + 1);
    }

    private sealed class Watcher(LiveTail tail) : IDisposable
    {
        public void Dispose()
        {
            if (--tail._watchers == 0) tail._events = [];
        }
    }
}
