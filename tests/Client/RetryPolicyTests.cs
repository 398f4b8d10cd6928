using System.ComponentModel.DataAnnotations;
using Memento.Transport;
using Xunit;

namespace Memento.Tests.Client;

public sealed class RetryPolicyTests
{
    private static readonly MementoClientOptions Options = new() { RetryDelay = TimeSpan.FromSeconds(1), MaxRetryDelay = TimeSpan.FromSeconds(10) };

    [Theory]
    [InlineData(1, 0.5, 1)]
    [InlineData(2, 0.5, 2)]
    [InlineData(3, 0.5, 4)]
    [InlineData(3, 0, 3.2)]
    [InlineData(3, 1, 4.8)]
    [InlineData(9, 0.5, 10)]
    [InlineData(1_000_000, 0.5, 10)]
    public void Delays_double_vary_by_a_fifth_and_are_bounded(int attempt, double random, double seconds) =>
        Assert.Equal(seconds, new RetryPolicy(Options, TimeProvider.System, () => random).DelayAfter(attempt).TotalSeconds, 6);

    [Theory]
    [InlineData(3, 3)]
    [InlineData(0, 0)]
    [InlineData(3600, 10)]
    public void What_the_server_asks_for_wins_up_to_the_bound(int asked, int seconds) =>
        Assert.Equal(seconds, new RetryPolicy(Options, TimeProvider.System, () => 0.5).DelayAfter(1, TimeSpan.FromSeconds(asked)).TotalSeconds);

    [Fact]
    public async Task A_failure_that_is_not_transient_is_not_tried_again()
    {
        var attempts = 0;

        await Assert.ThrowsAsync<InvalidDataException>(() => new RetryPolicy(Options, TimeProvider.System, () => 0).RunAsync<int>((_, _) =>
        {
            attempts++;
            throw new InvalidDataException();
        }, TestContext.Current.CancellationToken));

        Assert.Equal(1, attempts);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Assert.Contains("MaxAttempts", Assert.Throws<ValidationException>(() => MementoClient.Connect(new() { Url = new("http://x"), MaxAttempts = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("Url", Assert.Throws<ValidationException>(() => MementoClient.Connect(new() { Url = new("ftp://x") })).Message, StringComparison.Ordinal);
    }
}
