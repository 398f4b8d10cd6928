namespace Memento.Bench.Agents;

/// <summary>How an agent's heartbeats come: what delays and loses them.</summary>
/// <param name="Name">For results.</param>
/// <param name="About">For people.</param>
/// <param name="Loss">Part of heartbeats that never arrive.</param>
/// <param name="PauseEvery">Mean time between two pauses of the agent, in seconds; they come by chance (Poisson).</param>
/// <param name="Pause">How long a pause is, in seconds, given a number from 0 to 1.</param>
internal sealed record Pace(string Name, string About, double Loss, double PauseEvery, Func<double, double> Pause)
{
    private const double LongestPause = 60;

    /// <summary>Mean delay on the way, in seconds; exponential.</summary>
    public const double Delay = 0.02;

    public static IReadOnlyList<Pace> All { get; } =
    [
        new("steady", "nothing but the delay on the way", 0, double.PositiveInfinity, _ => 0),
        new("lossy", "one heartbeat in 1,000 is lost", 0.001, double.PositiveInfinity, _ => 0),
        new("exponential", "a pause a minute, exponential, 200 ms in the mean", 0, 60, u => -0.2 * Math.Log(1 - u)),
        new("pareto", "a pause a minute, Pareto: at least 50 ms, tail 1.5, at most 60 s", 0, 60, u => Math.Min(LongestPause, 0.05 * Math.Pow(1 - u, -1 / 1.5))),
    ];
}
