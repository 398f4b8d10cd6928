namespace Memento.Agents;

/// <summary>What the silence of an agent means.</summary>
public enum Health
{
    Alive = 0,
    /// <summary>It is late: it is given nothing new.</summary>
    Suspect,
    /// <summary>It has lost its tasks.</summary>
    Dead,
}

/// <summary>When silence means death.</summary>
/// <param name="Interval">How often agents are to be heard.</param>
/// <param name="Timeout">Longest silence of the living.</param>
/// <param name="PhiThreshold">0 = the time-out alone decides. Above 0: dead at that suspicion level (see <see cref="Silence.Phi"/>), but never before one interval is over and never after the time-out.</param>
public sealed record DetectorSettings(TimeSpan Interval, TimeSpan Timeout, double PhiThreshold = 0)
{
    /// <summary>How often to look, so that a death is noticed soon after the time-out.</summary>
    public TimeSpan LookEvery => TimeSpan.FromTicks(Math.Clamp(Timeout.Ticks / 20, TimeSpan.FromMilliseconds(50).Ticks, TimeSpan.FromSeconds(5).Ticks));
}

/// <summary>
/// How one agent was heard, and what its silence says. An immutable value, 40 bytes.
/// Suspicion is that of the φ accrual failure detector (Hayashibara et al., 2004): φ = −log₁₀ of the probability that an agent that is alive is silent for this long, its intervals taken as normally distributed;
/// mean and variance are exponentially weighted, so that they follow an agent that changes its pace, and one lost heartbeat is acceptable (as Akka's acceptable pause).
/// </summary>
public readonly record struct Silence
{
    private const double Weight = 0.1;   // of the newest interval
    private const int EnoughIntervals = 5;   // before the distribution is believed

    private Silence(DateTimeOffset since, int intervals, double mean, double variance) => (Since, Intervals, MeanSeconds, Variance) = (since, intervals, mean, variance);

    /// <summary>When it was last heard, later by what its listener slept through.</summary>
    public DateTimeOffset Since { get; }

    public int Intervals { get; }

    public double MeanSeconds { get; }

    public double Variance { get; }

    /// <summary>An agent that is heard for the first time.</summary>
    public static Silence From(DateTimeOffset now) => new(now, 0, 0, 0);

    /// <summary>It was heard again.</summary>
    public Silence Heard(DateTimeOffset now)
    {
        var seconds = Math.Max(0, (now - Since).TotalSeconds);
        if (Intervals == 0) return new(now, 1, seconds, seconds * seconds / 16);
        var delta = seconds - MeanSeconds;
        return new(now, Math.Min(Intervals + 1, EnoughIntervals), MeanSeconds + (Weight * delta), (1 - Weight) * (Variance + (Weight * delta * delta)));
    }

    /// <summary>Its listener could not have heard it for a while: that time does not count against it (local health, as in Lifeguard, Dadgar et al., 2017).</summary>
    public Silence Forgive(TimeSpan slept) => new(Since + slept, Intervals, MeanSeconds, Variance);

    /// <summary>Suspicion: 1 = one in ten living agents is silent for this long, 8 = one in a hundred million. 0 before enough is known.</summary>
    public double Phi(DateTimeOffset now)
    {
        if (Intervals < EnoughIntervals) return 0;
        var deviation = Math.Max(Math.Sqrt(Variance), MeanSeconds / 10);   // the most regular agent may be late by a tenth
        var y = ((now - Since).TotalSeconds - (2 * MeanSeconds)) / deviation;   // one interval more than usual is no sign of anything: a heartbeat was lost
        // Logistic approximation of the normal distribution's tail, as in Akka and Cassandra; good to 0.0002 in probability.
        var e = Math.Exp(-y * (1.5976 + (0.070566 * y * y)));
        return y > 0 ? -Math.Log10(Math.Max(e / (1 + e), 1e-300)) : -Math.Log10(1 - (1 / (1 + e)));
    }

    public Health Judge(DateTimeOffset now, DetectorSettings settings)
    {
        var silent = now - Since;
        if (silent > settings.Timeout) return Health.Dead;
        if (settings.PhiThreshold > 0 && silent > settings.Interval && Phi(now) > settings.PhiThreshold) return Health.Dead;
        return silent > settings.Interval * 1.5 ? Health.Suspect : Health.Alive;
    }
}
