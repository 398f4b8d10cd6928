using Memento.Journaling;
using Xunit;

namespace Memento.Tests.Grains;

public sealed class GrowingPauseTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void It_is_longer_each_time_up_to_a_quarter_of_a_minute()
    {
        var (pause, now, lengths) = (new GrowingPause(), Start, new List<double>());
        for (var i = 0; i < 9; i++)
        {
            pause.Grow(now);
            lengths.Add((pause.Until - now).TotalSeconds);
            now = pause.Until;
        }

        Assert.Equal([1, 2, 4, 8, 15, 15, 15, 15, 15], lengths);
    }

    [Fact]
    public void What_fails_while_it_is_under_way_does_not_make_it_longer()
    {
        var pause = new GrowingPause();
        pause.Grow(Start);
        pause.Grow(Start.AddSeconds(0.5));

        Assert.Equal(Start.AddSeconds(1), pause.Until);
    }

    [Fact]
    public void What_goes_well_ends_it_and_the_next_is_short_again()
    {
        var pause = new GrowingPause();
        Assert.False(pause.End());
        pause.Grow(Start);
        pause.Grow(Start.AddSeconds(1));

        Assert.True(pause.End());
        Assert.True(pause.Until <= Start);
        pause.Grow(Start);
        Assert.Equal(Start.AddSeconds(1), pause.Until);
    }
}
