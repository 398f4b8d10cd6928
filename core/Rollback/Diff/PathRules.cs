using System.Globalization;

namespace Memento.Rollback;

/// <summary>The patterns of the options, matched step by step on the way down, so that each step costs the same at any depth.</summary>
internal sealed class PathRules
{
    private const string AnyStep = "*", AnySteps = "**";

    private readonly List<(string[] Steps, ValueComparer? Comparer)> patterns = [];

    public PathRules(DiffOptions options)
    {
        foreach (var pattern in options.IgnoreProperties) patterns.Add((StepsOf(pattern), null));
        foreach (var (pattern, comparer) in options.CustomComparers) patterns.Add((StepsOf(pattern), comparer));
        if (patterns.Count == 0) return;

        var live = new List<(int, int)>();
        for (var i = 0; i < patterns.Count; i++) Reach(live, i, 0);
        Root = Make(live);
    }

    /// <summary>What holds for the whole document; null if no pattern can ever match.</summary>
    public Stand? Root { get; }

    /// <summary>What holds one step further down.</summary>
    public Stand? Down(Stand? from, string step)
    {
        if (from is null) return null;
        var live = new List<(int, int)>(from.Live.Length);
        foreach (var (pattern, at) in from.Live)
        {
            var steps = patterns[pattern].Steps;
            if (at == steps.Length) continue;
            if (steps[at] == AnySteps) Reach(live, pattern, at);
            else if (steps[at] == AnyStep || steps[at] == step) Reach(live, pattern, at + 1);
        }

        return live.Count == 0 ? null : Make(live);
    }

    public Stand? Down(Stand? from, int index) => from is null ? null : Down(from, index.ToString(CultureInfo.InvariantCulture));

    private static string[] StepsOf(string pattern)
    {
        if (pattern[0] != '/') return [AnySteps, pattern];
        _ = JsonPath.TrySplit(pattern, out var steps);
        return steps;
    }

    /// <summary>Adds a position, and those that follow from it because <c>**</c> may stand for nothing.</summary>
    private void Reach(List<(int, int)> live, int pattern, int at)
    {
        var steps = patterns[pattern].Steps;
        for (; !live.Contains((pattern, at)); at++)
        {
            live.Add((pattern, at));
            if (at == steps.Length || steps[at] != AnySteps) return;
        }
    }

    private Stand Make(List<(int Pattern, int At)> live)
    {
        var matching = live.Where(x => x.At == patterns[x.Pattern].Steps.Length).Select(x => patterns[x.Pattern].Comparer).ToList();
        return new([.. live], matching.Contains(null), [.. matching.OfType<ValueComparer>()]);
    }

    /// <summary>Where the patterns stand at one place.</summary>
    /// <param name="Live">Pattern, and how many of its steps have been matched.</param>
    /// <param name="Ignored">Differences here and below are left out.</param>
    /// <param name="Comparers">Asked about different values here.</param>
    internal sealed record Stand((int Pattern, int At)[] Live, bool Ignored, ValueComparer[] Comparers);
}
