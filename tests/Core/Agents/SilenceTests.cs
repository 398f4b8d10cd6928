using Memento.Agents;
using Xunit;

namespace Memento.Tests.Core.Agents;

/// <summary>When silence means death.</summary>
public sealed class SilenceTests
{
    private static readonly DateTimeOffset T0 = new(2026, 5, 6, 12, 0, 0, TimeSpan.Zero);
    private static readonly DetectorSettings Fixed = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(90));
    private static readonly DetectorSettings Phi = Fixed with { PhiThreshold = 8 };

    private static DateTimeOffset At(double seconds) => T0.AddSeconds(seconds);

    private static Silence Every(double seconds, int times, Func<int, double>? jitter = null)
    {
        var silence = Silence.From(T0);
        for (var i = 1; i <= times; i++) silence = silence.Heard(At((i * seconds) + (jitter?.Invoke(i) ?? 0)));
        return silence;
    }

    [Theory]
    [InlineData(0, Health.Alive)]
    [InlineData(45, Health.Alive)]
    [InlineData(46, Health.Suspect)]
    [InlineData(90, Health.Suspect)]
    [InlineData(90.1, Health.Dead)]
    public void With_a_time_out_silence_is_first_suspect_and_then_death(double seconds, Health health) => Assert.Equal(health, Silence.From(T0).Judge(At(seconds), Fixed));

    [Fact]
    public void Being_heard_begins_the_count_anew() => Assert.Equal(Health.Alive, Silence.From(T0).Heard(At(80)).Judge(At(120), Fixed));

    [Fact]
    public void What_the_listener_slept_through_does_not_count_against_anybody()
    {
        var silence = Silence.From(T0);

        Assert.Equal(Health.Dead, silence.Judge(At(200), Fixed));
        Assert.Equal(Health.Alive, silence.Forgive(TimeSpan.FromSeconds(180)).Judge(At(200), Fixed));
        Assert.Equal(Health.Dead, silence.Forgive(TimeSpan.FromSeconds(100)).Judge(At(200), Fixed));
    }

    [Fact]
    public void Suspicion_grows_with_silence_and_faster_for_a_regular_agent()
    {
        var regular = Every(10, 50);
        var irregular = Every(10, 50, i => i % 2 == 0 ? 4 : -4);

        Assert.True(regular.Phi(At(522)) < regular.Phi(At(525)));
        Assert.True(regular.Phi(At(528)) > 8);
        Assert.True(irregular.Phi(At(528)) < 4);
    }

    [Fact]
    public void A_regular_agent_is_missed_long_before_the_time_out_and_an_irregular_one_is_not()
    {
        Assert.Equal(Health.Dead, Every(31, 50).Judge(At((31 * 50) + 82), Phi));
        Assert.NotEqual(Health.Dead, Every(31, 50).Judge(At((31 * 50) + 82), Fixed));
        Assert.NotEqual(Health.Dead, Every(31, 50, i => i % 3 == 0 ? 25 : 0).Judge(At((31 * 50) + 82), Phi));
    }

    [Fact]
    public void A_lost_heartbeat_is_no_death() => Assert.NotEqual(Health.Dead, Every(31, 50).Judge(At((31 * 50) + 65), Phi));

    [Fact]
    public void Before_enough_is_known_the_time_out_alone_decides()
    {
        Assert.Equal(0, Every(1, 3).Phi(At(1_000)));
        Assert.NotEqual(Health.Dead, Every(1, 3).Judge(At(60), Phi));
        Assert.Equal(Health.Dead, Every(1, 3).Judge(At(94), Phi));
    }

    [Fact]
    public void Looking_often_enough_finds_a_death_within_a_tenth_of_the_time_out()
    {
        foreach (var seconds in (double[])[1, 2, 10, 90]) Assert.True(new DetectorSettings(TimeSpan.FromSeconds(seconds / 3), TimeSpan.FromSeconds(seconds)).LookEvery <= TimeSpan.FromSeconds(seconds / 10));
    }
}
