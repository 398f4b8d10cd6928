using Memento.Agents;

namespace Memento.Core.Coordination.Agents;

/// <summary>
/// When one agent was last heard, how regularly, and whether it may be dead. Times are monotonic. Suspicion is that of the φ accrual
/// failure detector (Hayashibara et al., 2004): φ = −log₁₀ of the probability that a living agent is late by this much, its intervals
/// taken as normally distributed. Mean and variance are exponentially weighted, so that they follow an agent that changes its pace;
/// one lost heartbeat is acceptable (as Akka's acceptable pause).
/// </summary>
public readonly record struct HeartbeatHistory
{
    private const double NewestWeight = 0.1;
    private const int EnoughIntervals = 5;   // Fewer intervals say nothing about their distribution.

    private HeartbeatHistory(TimeSpan lastAt, int intervals, double meanSeconds, double variance) =>
        (LastAt, Intervals, MeanSeconds, Variance) = (lastAt, intervals, meanSeconds, variance);

    /// <summary>Time of the last heartbeat.</summary>
    public TimeSpan LastAt { get; }

    /// <summary>Intervals seen, counted up to the number that is enough.</summary>
    public int Intervals { get; }

    public double MeanSeconds { get; }

    public double Variance { get; }

    /// <summary>History of an agent that is heard for the first time.</summary>
    public static HeartbeatHistory StartAt(TimeSpan now) => new(now, 0, 0, 0);

    /// <summary>Adds a heartbeat.</summary>
    public HeartbeatHistory Heard(TimeSpan now)
    {
        var seconds = Math.Max(0, (now - LastAt).TotalSeconds);
        if (Intervals == 0) return new(now, 1, seconds, seconds * seconds / 16);
        var delta = seconds - MeanSeconds;
        var variance = (1 - NewestWeight) * (Variance + (NewestWeight * delta * delta));
        return new(now, Math.Min(Intervals + 1, EnoughIntervals), MeanSeconds + (NewestWeight * delta), variance);
    }

    /// <summary>Leaves a pause of the listener out of account (local health, as in Lifeguard, Dadgar et al., 2017).</summary>
    public HeartbeatHistory Forgive(TimeSpan pause) => new(LastAt + pause, Intervals, MeanSeconds, Variance);

    public TimeSpan Since(TimeSpan now) => now - LastAt;

    /// <summary>Returns the suspicion: 1 = one in ten living agents is this late, 8 = one in a hundred million; 0 before enough is known.</summary>
    public double Phi(TimeSpan now)
    {
        if (Intervals < EnoughIntervals) return 0;
        var deviation = Math.Max(Math.Sqrt(Variance), MeanSeconds / 10);   // The most regular agent may be late by a tenth.
        var y = (Since(now).TotalSeconds - (2 * MeanSeconds)) / deviation;   // One lost heartbeat is no sign of anything.

        // Logistic approximation of the normal distribution's tail, as in Akka and Cassandra; good to 0.0002 in probability.
        var e = Math.Exp(-y * (1.5976 + (0.070566 * y * y)));
        return y > 0 ? -Math.Log10(Math.Max(e / (1 + e), 1e-300)) : -Math.Log10(1 - (1 / (1 + e)));
    }

    public Health Judge(TimeSpan now, DetectorSettings settings)
    {
        var since = Since(now);
        if (since > settings.Timeout) return Health.Dead;
        if (settings.PhiThreshold > 0 && since > settings.Interval && Phi(now) > settings.PhiThreshold) return Health.Dead;
        return since > settings.Interval * 1.5 ? Health.Suspect : Health.Alive;
    }
}
