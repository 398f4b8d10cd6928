using Xunit;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>The simulation finds planted bugs; what it does not find, it does not check.</summary>
public sealed class PlantedBugTests
{
    private const int MaxSeeds = 2_000;
    private const int HealthySeeds = 20;

    /// <summary>Seeds that find the rarest bugs are run first. A stale seed costs time and nothing else: the search goes on from 0.</summary>
    private static readonly Dictionary<Bug, int> FirstSeeds = new()
    {
        [Bug.BlockedRides] = 169,
        [Bug.NoStreamNumber] = 392,
        [Bug.ReadAdds] = 810,
        [Bug.NoReadWhileReceiving] = 810,
    };

    public static TheoryData<string> Bugs => [.. Enum.GetNames<Bug>().Skip(1)];

    [Theory]
    [MemberData(nameof(Bugs))]
    public void Planted_bug_is_found(string name)
    {
        var bug = Enum.Parse<Bug>(name);

        IEnumerable<int> seeds = [FirstSeeds.GetValueOrDefault(bug), .. Enumerable.Range(0, MaxSeeds)];

        Assert.True(seeds.Any(seed => SimulationRun.Of(seed, bug, stress: bug).Violation is not null), $"No seed finds {bug}.");
    }

    [Theory]
    [MemberData(nameof(Bugs))]
    public void Rules_without_the_bug_hold_in_the_same_scenarios(string name)
    {
        for (var seed = 0; seed < HealthySeeds; seed++)
            Assert.Null(SimulationRun.Of(seed, Bug.None, stress: Enum.Parse<Bug>(name)).Violation);
    }
}
