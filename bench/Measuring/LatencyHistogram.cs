using System.Diagnostics;
using System.Numerics;

namespace Memento.Bench.Measuring;

/// <summary>
/// Counts durations in buckets whose width grows with the duration (as in HdrHistogram: 64 linear steps within each power of two), so any percentile is right to 1.6 %.
/// Not thread-safe: one for each caller, added up at the end.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int StepBits = 6;
    private const int Steps = 1 << StepBits;

    private readonly long[] _counts = new long[(64 - StepBits) * Steps];

    public long Count { get; private set; }

    /// <param name="ticks">A duration in ticks of <see cref="Stopwatch"/>.</param>
    public void Record(long ticks)
    {
        _counts[IndexOf(Math.Max(ticks, 0))]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        Count += other.Count;
    }

    /// <summary>The duration within which a fraction of all lie, in milliseconds; 0 if there are none.</summary>
    public double PercentileMs(double fraction)
    {
        var left = (long)Math.Ceiling(fraction * Count);
        for (var i = 0; i < _counts.Length && Count > 0; i++)
        {
            left -= _counts[i];
            if (left <= 0) return MiddleOf(i) * 1000.0 / Stopwatch.Frequency;
        }

        return 0;
    }

    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - StepBits);
        return (shift << StepBits) + (int)(value >> shift);
    }

    private static double MiddleOf(int index)
    {
        var shift = Math.Max(0, (index >> StepBits) - 1);
        return ((long)(index - (shift << StepBits)) << shift) + ((1L << shift) - 1) / 2.0;
    }
}
