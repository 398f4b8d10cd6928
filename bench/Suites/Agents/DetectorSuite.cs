using System.CommandLine;
using Memento.Agents;
using Memento.Bench.Measuring;

namespace Memento.Bench.Agents;

/// <summary>The suite <c>detector</c>: how often living agents are taken for dead, and how soon dead ones are noticed. Simulated; nothing runs.</summary>
internal static class DetectorSuite
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Time-out in intervals, φ.</summary>
    private static readonly IReadOnlyList<(string Name, DetectorSettings Settings)> Detectors =
    [
        ("3x", new(Interval, Interval * 3)),
        ("3x-phi8", new(Interval, Interval * 3, 8)),
        ("3x-phi10", new(Interval, Interval * 3, 10)),
        ("3x-phi12", new(Interval, Interval * 3, 12)),
        ("10x", new(Interval, Interval * 10)),
        ("10x-phi8", new(Interval, Interval * 10, 8)),
        ("10x-phi12", new(Interval, Interval * 10, 12)),
    ];

    public static Command Command()
    {
        var agents = new Option<int>("--agents") { Description = "Agents that are listened to.", DefaultValueFactory = _ => 1_000 };
        var hours = new Option<int>("--hours") { Description = "Simulated time.", DefaultValueFactory = _ => 24 };
        var seed = new Option<int>("--seed") { Description = "Of the chance that decides everything.", DefaultValueFactory = _ => 1 };
        var command = new Command("detector", "Failure detectors over simulated heartbeats, one a second, of agents that pause: how often the living are taken for dead, and how soon the dead are noticed. detectMs: from the death to the verdict.") { agents, hours, seed };
        command.SetAction((line, token) =>
        {
            foreach (var pace in Pace.All)
            {
                Run.Say($"{pace.Name}: {pace.About} …");
                var (count, days) = (line.GetValue(agents), line.GetValue(agents) * line.GetValue(hours) / 24.0);
                var fleet = new DetectorFleet(pace, Interval, [.. Detectors.Select(d => d.Settings)], TimeSpan.FromHours(line.GetValue(hours)), line.GetValue(seed));
                var outcomes = fleet.Run(count, token);
                for (var i = 0; i < Detectors.Count; i++)
                {
                    var (falseDeaths, detections) = outcomes[i];
                    Console.Out.WriteLine(new Result
                    {
                        Suite = "detector", Case = $"{pace.Name}-{Detectors[i].Name}", Store = "none",
                        Figures = [("falsePerAgentDay", falseDeaths / days), ("falseDeaths", falseDeaths), ("detectMeanMs", detections.Average()), ("detectP99Ms", Percentile.Of(detections, 0.99))],
                    }.ToJson());
                }
            }

            return Task.FromResult(0);
        });
        return command;
    }
}
