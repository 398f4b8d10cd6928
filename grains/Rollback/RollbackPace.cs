namespace Memento.Rollback;

/// <summary>How fast rollbacks are on this silo, from those that were carried out: an exponentially weighted mean of the time for a step and for a document in it.</summary>
internal sealed class RollbackPace
{
    private const double Weight = 0.2;

    private readonly Lock _lock = new();
    private double _step = 20, _document = 0.2;   // milliseconds; a first guess

    public void Record(int documents, TimeSpan took)
    {
        if (documents == 0) return;
        lock (_lock)
        {
            // Small steps tell what a step costs, large ones what a document costs.
            if (documents < 100) _step += Weight * (Math.Max(0, took.TotalMilliseconds - (documents * _document)) - _step);
            else _document += Weight * (Math.Max(0, took.TotalMilliseconds - _step) / documents - _document);
        }
    }

    public TimeSpan Estimate(int documents)
    {
        lock (_lock) return documents == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(_step + (documents * _document));
    }
}
