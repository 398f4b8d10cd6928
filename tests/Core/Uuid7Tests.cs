using CsCheck;
using Xunit;

namespace Memento.Tests.Core;

public sealed class Uuid7Tests
{
    private static readonly Gen<DateTimeOffset> Time = Gen.Long[0, 4_000_000_000_000].Select(DateTimeOffset.FromUnixTimeMilliseconds);

    [Fact]
    public void The_version_is_7_and_the_variant_is_RFC_9562s() => Gen.Select(Time, Gen.String, Gen.Long).Sample((at, name, number) =>
    {
        var bytes = Uuid7.Derive(at, name, number).ToByteArray(bigEndian: true);
        Assert.Equal(7, bytes[6] >> 4);
        Assert.Equal(0b10, bytes[8] >> 6);
    });

    [Fact]
    public void The_first_48_bits_are_the_milliseconds() => Gen.Select(Time, Gen.Long).Sample((at, number) =>
    {
        var text = Uuid7.Derive(at, "s", number).ToString("N");
        Assert.Equal(at.ToUnixTimeMilliseconds(), Convert.ToInt64(text[..12], 16));
    });

    [Fact]
    public void Ids_sort_by_time() => Gen.Select(Time, Gen.Long[1, 1_000_000]).Sample((at, later) =>
        Assert.True(string.CompareOrdinal(Uuid7.Derive(at, "a", 1).ToString(), Uuid7.Derive(at.AddMilliseconds(later), "b", 2).ToString()) < 0));

    [Fact]
    public void The_same_source_gives_the_same_id_and_another_gives_another()
    {
        var at = DateTimeOffset.UnixEpoch;
        Assert.Equal(Uuid7.Derive(at, "a", 1), Uuid7.Derive(at, "a", 1));
        Assert.Equal(4, new[] { Uuid7.Derive(at, "a", 1), Uuid7.Derive(at, "a", 2), Uuid7.Derive(at, "b", 1), Uuid7.Derive(at, new string('a', 5000), 1) }.Distinct().Count());
    }

    /// <summary>Ids of checkpoints are derived again when a session is replayed elsewhere, so the derivation is a contract.</summary>
    [Fact]
    public void The_derivation_never_changes() => Assert.Equal("019b7ca9-8f2e-7e03-aac8-c23fcedcc2ae", Uuid7.Derive(DateTimeOffset.FromUnixTimeMilliseconds(1_767_323_045_678), "sess-1", 42).ToString());
}
