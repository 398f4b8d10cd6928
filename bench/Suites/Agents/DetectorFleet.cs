using Memento.Agents;

namespace Memento.Bench.Agents;

/// <summary>Agents that beat and pause, and several detectors that hear the same. Each agent's chance is its own, so the outcome does not depend on how many processors there are.</summary>
/// <param name="pace">How heartbeats come.</param>
/// <param name="interval">How often they are sent.</param>
/// <param name="detectors">What is compared.</param>
/// <param name="time">Simulated time of each agent.</param>
/// <param name="seed">Of all chance.</param>
internal sealed class DetectorFleet(Pace pace, TimeSpan interval, DetectorSettings[] detectors, TimeSpan time, int seed)
{
    private const int BeatsBetweenDeaths = 3_600;   // how often it is tried what a death at that moment would look like

    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    /// <summary>For each detector: living agents that were taken for dead, and milliseconds from deaths to verdicts.</summary>
    public IReadOnlyList<(long FalseDeaths, IReadOnlyCollection<double> Detections)> Run(int agents, CancellationToken cancellationToken)
    {
        var all = new (long False, List<double> Detections)[agents][];
        Parallel.For(0, agents, new() { CancellationToken = cancellationToken }, agent => all[agent] = Live(new Random(HashCode(agent))));
        return [.. detectors.Select((_, i) => (all.Sum(a => a[i].False), (IReadOnlyCollection<double>)[.. all.SelectMany(a => a[i].Detections)]))];
    }

    private int HashCode(int agent) => unchecked((seed * 1_000_003) + agent);

    private (long False, List<double> Detections)[] Live(Random random)
    {
        var outcomes = detectors.Select(_ => (False: 0L, Detections: new List<double>())).ToArray();
        var heard = new Silence[detectors.Length];
        Array.Fill(heard, Silence.From(Start));
        var looks = detectors.Select(d => random.NextDouble() * d.LookEvery.TotalSeconds).ToArray();   // when in its round each listener looks
        var (sends, arrived, pauseAt) = (0.0, 0.0, NextPause(0));
        for (var beat = 1L; sends < time.TotalSeconds; beat++)
        {
            // A timer rings every interval; what it missed in a pause it makes up for with one.
            sends = Math.Max(beat * interval.TotalSeconds, sends);
            while (pauseAt <= sends)
            {
                sends = Math.Max(sends, pauseAt + pace.Pause(random.NextDouble()));
                beat = Math.Max(beat, (long)(sends / interval.TotalSeconds));
                pauseAt = NextPause(sends);
            }

            if (random.NextDouble() < pace.Loss) continue;
            var now = Math.Max(arrived, sends - (Pace.Delay * Math.Log(1 - random.NextDouble())));
            for (var i = 0; i < detectors.Length; i++)
            {
                if (now - arrived > interval.TotalSeconds && IsDead(i, LastLook(i, now)))
                {
                    outcomes[i].False++;
                    heard[i] = Silence.From(At(now));   // it is back, and nothing is known of it
                }
                else heard[i] = heard[i].Heard(At(now));
            }

            arrived = now;
            if (beat % BeatsBetweenDeaths != 0) continue;
            var death = now + (random.NextDouble() * interval.TotalSeconds);   // before the next one is sent
            for (var i = 0; i < detectors.Length; i++) outcomes[i].Detections.Add((Verdict(i, death) - death) * 1e3);
        }

        return outcomes;

        double NextPause(double after) => double.IsInfinity(pace.PauseEvery) ? double.PositiveInfinity : after - (pace.PauseEvery * Math.Log(1 - random.NextDouble()));

        bool IsDead(int i, double at) => heard[i].Judge(At(at), detectors[i]) is Health.Dead;

        double LastLook(int i, double before)
        {
            var every = detectors[i].LookEvery.TotalSeconds;
            return (Math.Floor((before - looks[i]) / every) * every) + looks[i];
        }

        double Verdict(int i, double death)
        {
            var at = LastLook(i, death);
            do at += detectors[i].LookEvery.TotalSeconds;
            while (!IsDead(i, at));
            return at;
        }
    }

    private static DateTimeOffset At(double seconds) => Start.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
}
