using Microsoft.Extensions.Options;

namespace Memento.Agents;

/// <summary>
/// Notices when this process did not get to run: it was stopped, starved or collecting garbage. Whatever it did not hear meanwhile says nothing about those who should have been heard.
/// A timer that should ring every so often measures how late it is.
/// </summary>
internal sealed class Pulse : IDisposable
{
    private const int Most = 1_000;   // stalls that are remembered

    /// <summary>Shorter stalls are as delays on the network: whoever sets a time-out allows for them.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly Queue<(DateTimeOffset End, TimeSpan Length)> _stalls = new();
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly TimeSpan _beat;
    private readonly ITimer _timer;
    private long _last;

    public Pulse(IOptions<AgentOptions> options, TimeProvider clock)
    {
        _clock = clock;
        _beat = options.Value.Detector.LookEvery < Shortest ? options.Value.Detector.LookEvery : Shortest;
        _last = clock.GetTimestamp();
        _timer = clock.CreateTimer(_ => Beat(), null, _beat, _beat);
    }

    /// <summary>How long this process did not run since a time.</summary>
    public TimeSpan SleptSince(DateTimeOffset since)
    {
        lock (_lock)
        {
            var slept = TimeSpan.Zero;
            foreach (var (end, length) in _stalls)
                if (end > since) slept += end - since < length ? end - since : length;
            var late = _clock.GetElapsedTime(_last) - _beat;   // it may be waking up right now
            return late > _beat ? slept + late : slept;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Beat()
    {
        lock (_lock)
        {
            var now = _clock.GetTimestamp();
            var late = _clock.GetElapsedTime(_last, now) - _beat;
            _last = now;
            if (late <= _beat) return;
            _stalls.Enqueue((_clock.GetUtcNow(), late));
            if (_stalls.Count > Most) _stalls.Dequeue();
        }
    }
}
