namespace Memento.Bench.Measuring;

/// <summary>Percentiles of a few exact values; for many, see <see cref="LatencyHistogram"/>.</summary>
internal static class Percentile
{
    public static double Of(IReadOnlyCollection<double> values, double fraction) =>
        values.Order().ElementAt(Math.Clamp((int)Math.Ceiling(fraction * values.Count) - 1, 0, values.Count - 1));
}
