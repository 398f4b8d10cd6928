using Memento.Bench.Measuring;
using Memento.Bench.Stores;

namespace Memento.Bench;

/// <summary>What a case needs: its stores, how long and how large to be, and where to report.</summary>
internal sealed record Run
{
    /// <summary>The suite that results belong to.</summary>
    public required string Suite { get; init; }

    public required BenchStores Stores { get; init; }

    /// <summary>Measured time of each load.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How large things are: what a suite's options of that name say.</summary>
    public required IReadOnlyDictionary<string, int> Sizes { get; init; }

    /// <summary>Sessions that the lists are asked over.</summary>
    public int Sessions => Sizes["--sessions"];

    /// <summary>Their events.</summary>
    public int Events => Sizes["--events"];

    public required CancellationToken Token { get; init; }

    public Load Load(int callers) => new() { Callers = callers, Duration = Duration };

    public void Report(string name, double? opsPerSecond = null, double? p50Ms = null, double? p99Ms = null, params IReadOnlyList<(string, double)> figures) =>
        Console.Out.WriteLine(new Result { Suite = Suite, Case = name, Store = Stores.Name, OpsPerSecond = opsPerSecond, P50Ms = p50Ms, P99Ms = p99Ms, Figures = figures }.ToJson());

    public void Report(string name, LoadResult result, params IReadOnlyList<(string, double)> figures) =>
        Report(name, result.PerSecond, result.Latencies.PercentileMs(0.5), result.Latencies.PercentileMs(0.99), figures);

    /// <summary>Progress, for people.</summary>
    public static void Say(string text) => Console.Error.WriteLine(text);
}

/// <summary>One measurement, or several that share a database.</summary>
/// <param name="Name">What <c>--case</c> asks for; its results have this name or begin with it.</param>
/// <param name="About">What is measured.</param>
/// <param name="RunAsync">Measures and cleans up.</param>
internal sealed record Case(string Name, string About, Func<Run, Task> RunAsync);
