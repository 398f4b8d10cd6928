using System.Collections.Immutable;
using Memento.Sessions;
using Xunit;

namespace Memento.Tests.Core;

public sealed class BridgeTests
{
    private static readonly SessionEvent Plain = Of(Story.Change("a"));

    [Fact]
    public void Plain_changes_are_not_significant() => Assert.False(Bridge.IsSignificant(Plain, Plain));

    [Fact]
    public void Breaking_what_worked_is_significant_whoever_says_that_it_worked()
    {
        var worked = Of(Story.Change() with { StateTransition = Story.To(WorkState.Working, WorkState.Coordinating) });
        var broke = Of(Story.Change() with { StateTransition = Story.To(WorkState.Broken, WorkState.Coordinating) });

        Assert.True(Bridge.IsSignificant(worked, broke));
        Assert.True(Bridge.IsSignificant(Plain, Of(Story.Change() with { StateTransition = Story.To(WorkState.Broken, WorkState.Working) })));
        Assert.False(Bridge.IsSignificant(Plain, broke));
        Assert.False(Bridge.IsSignificant(broke, worked));
    }

    [Fact]
    public void Failing_after_the_tests_passed_is_significant()
    {
        var (passed, failed) = (Plain with { Type = EventType.TestPass }, Plain with { Type = EventType.Broke });

        Assert.True(Bridge.IsSignificant(passed, failed));
        Assert.False(Bridge.IsSignificant(Plain, failed));
        Assert.False(Bridge.IsSignificant(failed, passed));
    }

    [Theory]
    [InlineData(Severity.Low, null, false)]
    [InlineData(Severity.Medium, null, false)]
    [InlineData(Severity.High, null, true)]
    [InlineData(Severity.Critical, null, true)]
    [InlineData(Severity.Low, -5.0, false)]
    [InlineData(Severity.Low, -5.01, true)]
    [InlineData(Severity.Low, 50.0, false)]
    public void A_heavy_impact_is_significant(Severity severity, double? perfDelta, bool significant) =>
        Assert.Equal(significant, Bridge.IsSignificant(Plain, Plain with { Impact = new() { Severity = severity, PerfDelta = perfDelta } }));

    [Fact]
    public void Advice_names_who_is_there_and_who_did_most()
    {
        var story = Story.Begun();
        story.Accept(new SessionCommand.Join("bob"));
        ImmutableArray<SessionEvent> recent = [Plain with { Actor = "eve" }, Plain, Plain];

        Assert.Equal("Talk to ada, bob before you change shared entities. Most active lately: ada, eve.", Bridge.Advice(story.State, recent, "eve"));
        Assert.StartsWith("Talk to ada before", Bridge.Advice(story.State, recent, "bob"), StringComparison.Ordinal);
        Assert.Equal("Nobody else is in this session.", Bridge.Advice(Story.Begun().State, [], "ada"));
    }

    [Fact]
    public void Advice_warns_of_breaks_and_heavy_changes()
    {
        var story = Story.Begun();
        var broke = story.Append(Story.Change() with { StateTransition = Story.To(WorkState.Broken), Impact = new() { Severity = Severity.Critical } });
        var advice = Bridge.Advice(story.State, [broke], "bob");
        Assert.Contains("is broken right now", advice, StringComparison.Ordinal);
        Assert.Contains("high impact", advice, StringComparison.Ordinal);

        var mended = story.Append(Story.Change() with { StateTransition = Story.To(WorkState.Working, WorkState.Broken) });
        Assert.Contains("works again", Bridge.Advice(story.State, [broke, mended], "bob"), StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_stays_short_in_a_crowd()
    {
        var story = Story.Begun();
        for (var i = 0; i < 500; i++) story.Accept(new SessionCommand.Join($"agent-{i}"));

        var advice = Bridge.Advice(story.State, [], "newcomer");

        Assert.Contains("and 491 others", advice, StringComparison.Ordinal);
        Assert.InRange(advice.Length, 1, 300);
    }

    private static SessionEvent Of(NewEvent e) => Story.Begun().Append(e);
}
