namespace Memento.Tests.Coordination.Simulation;

/// <summary>SplitMix64 (Steele, Lea and Flood, 2014): the same seed gives the same numbers on every machine and version.</summary>
internal sealed class SimRandom(ulong seed)
{
    private ulong _state = seed;

    public int Next(int below) => (int)(Bits() % (ulong)below);

    public double Part() => (Bits() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => Part() < probability;

    public T Pick<T>(params T[] choices) => choices[Next(choices.Length)];

    private ulong Bits()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
