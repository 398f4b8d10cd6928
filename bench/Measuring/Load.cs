using System.Diagnostics;

namespace Memento.Bench.Measuring;

/// <summary>What a load achieved in its measured time.</summary>
/// <param name="Units">Units of work done, e.g. events.</param>
/// <param name="Seconds">The measured time.</param>
/// <param name="Latencies">Of the calls.</param>
/// <param name="Processor">Processor time that this process used meanwhile.</param>
/// <param name="Allocated">Bytes of managed memory that this process allocated meanwhile.</param>
/// <param name="Paused">How long garbage collections stopped this process meanwhile.</param>
internal sealed record LoadResult(long Units, double Seconds, LatencyHistogram Latencies, TimeSpan Processor, long Allocated, TimeSpan Paused)
{
    public double PerSecond => Units / Seconds;

    /// <summary>Processor time of this process per unit of work, in microseconds. Other load on the machine changes it far less than it changes <see cref="PerSecond"/>.</summary>
    public double ProcessorMicroseconds => Processor.TotalMicroseconds / Math.Max(Units, 1);

    public double AllocatedPerUnit => Allocated / (double)Math.Max(Units, 1);
}

/// <summary>
/// Callers that each make one call after another, as fast as they are answered (a closed loop). Calls that began in the warm-up, or ended after the measured time, do not count.
/// </summary>
internal sealed record Load
{
    public required int Callers { get; init; }

    public required TimeSpan Duration { get; init; }

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(10);   // compiled for good after that

    /// <summary>Runs the load.</summary>
    /// <param name="call">One call by one caller, numbered from 0, with its own source of chance; answers the units of work it did.</param>
    /// <param name="cancellationToken">Ends the run early, with an exception.</param>
    public async Task<LoadResult> RunAsync(Func<int, Random, Task<int>> call, CancellationToken cancellationToken)
    {
        var from = Stopwatch.GetTimestamp() + Ticks(WarmUp);
        var to = from + Ticks(Duration);
        var running = Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(() => CallAsync(i, call, from, to, cancellationToken), cancellationToken)));
        await Task.WhenAny(Task.Delay(WarmUp, cancellationToken), running);
        var before = (Processor: Environment.CpuUsage.TotalTime, Allocated: GC.GetTotalAllocatedBytes(), Paused: GC.GetTotalPauseDuration());
        var all = await running;
        var after = (Processor: Environment.CpuUsage.TotalTime, Allocated: GC.GetTotalAllocatedBytes(), Paused: GC.GetTotalPauseDuration());
        var sum = new LatencyHistogram();
        foreach (var (_, latencies) in all) sum.Add(latencies);
        return new(all.Sum(x => x.Units), Duration.TotalSeconds, sum, after.Processor - before.Processor, after.Allocated - before.Allocated, after.Paused - before.Paused);
    }

    private static async Task<(long Units, LatencyHistogram Latencies)> CallAsync(int caller, Func<int, Random, Task<int>> call, long from, long to, CancellationToken cancellationToken)
    {
        var (units, latencies, chance) = (0L, new LatencyHistogram(), new Random(caller));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var begun = Stopwatch.GetTimestamp();
            var done = await call(caller, chance);
            var ended = Stopwatch.GetTimestamp();
            if (ended > to) return (units, latencies);
            if (begun < from) continue;
            units += done;
            latencies.Record(ended - begun);
        }
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
