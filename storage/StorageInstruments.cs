using System.Diagnostics.Metrics;

namespace Memento.Storage;

/// <summary>What the store measures. Meter <see cref="Telemetry.Name"/>.</summary>
public sealed class StorageInstruments
{
    private readonly Meter _meter;
    private readonly Counter<long> _appends;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _failed;
    private readonly Histogram<double> _duration;

    public StorageInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(Telemetry.Name);
        _appends = _meter.CreateCounter<long>("memento.journal.appends", "{append}", "Appends made durable.");
        _commits = _meter.CreateCounter<long>("memento.journal.commits", "{commit}", "Transactions that made them durable.");
        _refused = _meter.CreateCounter<long>("memento.journal.refused", "{append}", "Appends refused because too many waited.");
        _failed = _meter.CreateCounter<long>("memento.journal.failed", "{append}", "Appends that could not be stored because the disk is full or the database is away.");
        _duration = _meter.CreateHistogram<double>("memento.journal.commit.duration", "s", "Time of one commit.", advice: new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5] });
    }

    internal void Committed(int appends, TimeSpan took)
    {
        _appends.Add(appends);
        _commits.Add(1);
        _duration.Record(took.TotalSeconds);
    }

    internal void Failed(int appends) => _failed.Add(appends);

    internal void Refused() => _refused.Add(1);

    internal void ObserveWaiting(Func<long> waiting) => _meter.CreateObservableGauge("memento.journal.waiting", waiting, "{append}", "Appends that wait for their commit.");
}
