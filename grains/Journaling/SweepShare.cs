using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Memento.Journaling;

/// <summary>
/// The part of a sweep that one silo does. A sweep's items fall into shards by a hash of their key, and each shard belongs to one silo by
/// rendezvous hashing: to the silo with the highest hash of shard and silo. Silos that see the same members agree without asking each
/// other, and only the shards of a lost silo change hands.
/// </summary>
/// <remarks>While silos see different members, a shard can be done twice or be left out for a round. Sweeps must allow for both.</remarks>
internal sealed class SweepShare
{
    public const int Shards = 64;

    private readonly ulong _shards;   // one bit for each shard

    private SweepShare(ulong shards) => _shards = shards;

    /// <summary>All shards, as a cluster of one silo has them.</summary>
    public static SweepShare All { get; } = new(ulong.MaxValue);

    /// <summary>Returns the share of a silo.</summary>
    /// <param name="sweep">The sweep's name. Sweeps spread their shards differently, so that no silo gets all the small ones.</param>
    /// <param name="self">The silo.</param>
    /// <param name="active">The silos that are active. If <paramref name="self"/> is not among them, its share is empty.</param>
    public static SweepShare Of(string sweep, SiloAddress self, IReadOnlyCollection<SiloAddress> active)
    {
        if (!active.Contains(self)) return new(0);
        if (active.Count == 1) return All;
        var own = HashOf(self.ToParsableString());
        ulong[] others = [.. active.Where(silo => !silo.Equals(self)).Select(silo => HashOf(silo.ToParsableString()))];
        var shards = 0UL;
        for (var shard = 0; shard < Shards; shard++)
        {
            var hash = HashOf(string.Create(CultureInfo.InvariantCulture, $"{sweep}/{shard}"));
            if (Array.TrueForAll(others, other => Mix(hash ^ other) < Mix(hash ^ own))) shards |= 1UL << shard;
        }

        return new(shards);
    }

    public static int ShardOf(string item) => (int)(HashOf(item) % Shards);

    public bool Has(int shard) => (_shards >> shard & 1) != 0;

    /// <summary>Whether this silo does an item.</summary>
    public bool Has(string item) => Has(ShardOf(item));

    /// <inheritdoc cref="Has(string)"/>
    public bool Has(GrainKey item) => Has(item.ToString());

    private static ulong HashOf(string text) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text));

    /// <summary>Spreads a number evenly: the finalizer of SplitMix64 (Steele, Lea, Flood 2014).</summary>
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
