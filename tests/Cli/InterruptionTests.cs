using Memento.Cli;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>Ctrl-C, once and again.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly Interruption _interruption = new();

    public void Dispose() => _interruption.Dispose();

    [Fact]
    public void The_first_stops_the_command_in_order_and_the_second_ends_the_process()
    {
        Assert.True(_interruption.Interrupt());
        Assert.True(_interruption.Stop.IsCancellationRequested);
        Assert.False(_interruption.Interrupt());
    }

    [Fact]
    public void A_command_may_take_the_second_but_not_the_third()
    {
        var second = _interruption.TakeSecond();

        Assert.True(_interruption.Interrupt());
        Assert.False(second.IsCancellationRequested);
        Assert.True(_interruption.Interrupt());
        Assert.True(second.IsCancellationRequested);
        Assert.False(_interruption.Interrupt());
    }

    [Fact]
    public void A_terminal_that_goes_is_an_interrupt_for_whoever_has_taken_the_second()
    {
        Assert.False(_interruption.HangUp());
        Assert.False(_interruption.Stop.IsCancellationRequested);

        var second = _interruption.TakeSecond();

        Assert.True(_interruption.HangUp());
        Assert.Equal((true, false), (_interruption.Stop.IsCancellationRequested, second.IsCancellationRequested));
        Assert.True(_interruption.Interrupt());
        Assert.True(second.IsCancellationRequested);
    }
}
