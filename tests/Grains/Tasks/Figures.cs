using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Memento.Tests.Grains.Tasks;

/// <summary>What one silo measures from now on, in sums: of instruments under Memento's meter, by name and tags.</summary>
public sealed class Figures : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, (double Sum, int Count)> _seen = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public Figures(IServiceProvider silo)
    {
        var factory = silo.GetRequiredService<IMeterFactory>();   // a meter's scope is the factory that made it: others in this process have others
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Telemetry.Name && ReferenceEquals(instrument.Meter.Scope, factory)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => See(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => See(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Names of instruments that have measured something.</summary>
    public IReadOnlyCollection<string> Names
    {
        get
        {
            lock (_lock) return [.. _seen.Keys];
        }
    }

    public double Sum(string name)
    {
        lock (_lock) return _seen.GetValueOrDefault(name).Sum;
    }

    public int Count(string name)
    {
        lock (_lock) return _seen.GetValueOrDefault(name).Count;
    }

    /// <summary>What an instrument that is asked says now, with the value of its one tag behind a colon.</summary>
    public double Now(string name)
    {
        lock (_lock) _seen.Remove(name);
        _listener.RecordObservableInstruments();
        return Sum(name);
    }

    public void Dispose() => _listener.Dispose();

    private void See(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = tags.Length == 0 ? instrument.Name : $"{instrument.Name}:{tags[0].Value}";
        lock (_lock)
        {
            var (sum, count) = _seen.GetValueOrDefault(name);
            _seen[name] = (sum + value, count + 1);
        }
    }
}
