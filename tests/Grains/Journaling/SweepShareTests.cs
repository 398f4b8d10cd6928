using System.Net;
using Memento.Journaling;
using Xunit;

namespace Memento.Tests.Grains.Journaling;

/// <summary>How silos share the shards of a sweep.</summary>
public sealed class SweepShareTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    public void Each_shard_belongs_to_exactly_one_silo(int count)
    {
        var silos = Silos(count);
        var shares = silos.Select(silo => SweepShare.Of("sweep", silo, silos)).ToArray();
        for (var shard = 0; shard < SweepShare.Shards; shard++) Assert.Single(shares, share => share.Has(shard));
    }

    [Fact]
    public void Silos_get_about_as_many_shards_as_each_other()
    {
        var silos = Silos(4);
        var all = Enumerable.Range(0, 50).SelectMany(sweep => silos.Select(silo => (silo, Shards: Own($"sweep {sweep}", silo, silos).Count())));
        foreach (var silo in all.GroupBy(x => x.silo)) Assert.InRange(silo.Sum(x => x.Shards), 700, 900);   // of 3,200; 800 would be even
    }

    [Fact]
    public void Only_the_shards_of_a_lost_silo_change_hands()
    {
        var silos = Silos(3);
        SiloAddress[] left = [silos[0], silos[2]];
        foreach (var silo in left) Assert.Superset(Own("sweep", silo, silos).ToHashSet(), Own("sweep", silo, left).ToHashSet());
        Assert.Equal(SweepShare.Shards, left.Sum(silo => Own("sweep", silo, left).Count()));
    }

    [Fact]
    public void Each_sweep_spreads_its_shards_differently()
    {
        var silos = Silos(3);
        Assert.NotEqual(Own("one", silos[0], silos), Own("another", silos[0], silos));
    }

    [Fact]
    public void Silo_that_is_not_active_has_no_shard()
    {
        var silos = Silos(3);
        Assert.Empty(Own("sweep", silos[0], [silos[1], silos[2]]));
        Assert.Empty(Own("sweep", silos[0], []));
    }

    [Fact]
    public void Silo_alone_has_all_shards() => Assert.Equal(SweepShare.Shards, Own("sweep", Silos(1)[0], Silos(1)).Count());

    [Fact]
    public void Items_stay_in_their_shards()
    {
        Assert.Equal(SweepShare.ShardOf("ws/a"), SweepShare.ShardOf("ws/a"));
        Assert.Equal(SweepShare.Shards, Enumerable.Range(0, 2_000).Select(i => SweepShare.ShardOf($"ws/{i}")).Distinct().Count());
    }

    private static IEnumerable<int> Own(string sweep, SiloAddress silo, IReadOnlyCollection<SiloAddress> active)
    {
        var share = SweepShare.Of(sweep, silo, active);
        return Enumerable.Range(0, SweepShare.Shards).Where(share.Has);
    }

    private static SiloAddress[] Silos(int count) =>
        [.. Enumerable.Range(0, count).Select(i => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_111 + i), 7))];
}
