using Xunit;

namespace Memento.Tests.Coordination.Simulation;

/// <summary>The protocol's rules, driven together under faults. MEMENTO_TEST_SIMULATION_SEEDS sets how many seeds are run.</summary>
public sealed class SimulationTests
{
    private const int Chunks = 10;

    private static readonly long Seeds = long.TryParse(Environment.GetEnvironmentVariable("MEMENTO_TEST_SIMULATION_SEEDS"), out var n) ? n : 1_000;

    public static TheoryData<int> Parts => [.. Enumerable.Range(0, Chunks)];

    [Theory]
    [MemberData(nameof(Parts))]
    public void No_schedule_breaks_an_invariant(int part)
    {
        for (var seed = (long)part; seed < Seeds; seed += Chunks)
            if (SimulationRun.Of(seed).Violation is { } violation)
                Assert.Fail($"Seed {seed}: {violation}\n{Tail(SimulationRun.Of(seed, traced: true).Log)}");
    }

    [Fact]
    public void Seed_replays_byte_for_byte()
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var log = SimulationRun.Of(seed, traced: true).Log;
            Assert.NotEmpty(log);
            Assert.Equal(log, SimulationRun.Of(seed, traced: true).Log);
        }
    }

    private static string Tail(string log) => string.Join('\n', log.Split('\n').TakeLast(80));
}
