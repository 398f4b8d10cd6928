using System.Diagnostics;
using Memento.Tasks;
using Xunit;

namespace Memento.Tests.Core.Tasks;

/// <summary>Places in traces, as W3C Trace Context writes them.</summary>
public sealed class TraceParentTests
{
    private const string Good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public void It_names_a_span_of_somebody_else()
    {
        Assert.True(TraceParent.TryRead(Good, out var span));
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", ActivityTraceFlags.Recorded, true), (span.TraceId.ToHexString(), span.SpanId.ToHexString(), span.TraceFlags, span.IsRemote));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("junk")]
    [InlineData(Good + "0")]
    [InlineData(Good + "-more")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g")]
    [InlineData("00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01")]
    public void What_is_no_such_place_is_not_read(string? text) => Assert.False(TraceParent.IsValid(text));

    [Fact]
    public void A_request_asks_for_the_same_in_whichever_trace()
    {
        var task = new SubmitTask { Type = "x" };

        Assert.Equal([task], SubmitRules.WithoutTraces([task with { TraceParent = Good }]));
        Assert.Equal([task], SubmitRules.WithoutTraces([task]));
    }
}
