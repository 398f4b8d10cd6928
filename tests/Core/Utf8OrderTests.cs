using System.Text;
using CsCheck;
using Xunit;

namespace Memento.Tests.Core;

public sealed class Utf8OrderTests
{
    private static readonly Gen<string> Text = Gen.OneOf("a", "b", "%", "\u007f", "\u0080", "é", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\ufffd", "\uffff", "😀", "\U0001F601", "\U00010000", "\U0010FFFF").Array[0, 6].Select(string.Concat);

    [Fact]
    public void It_is_the_order_of_the_bytes() => Gen.Select(Text, Text).Sample((left, right) =>
        Assert.Equal(Math.Sign(Bytes(left).AsSpan().SequenceCompareTo(Bytes(right))), Math.Sign(Utf8Order.Compare(left, right))), iter: 20_000);

    [Fact]
    public void Everything_with_a_prefix_lies_from_the_prefix_to_its_end() => Gen.Select(Text, Text).Sample((prefix, rest) =>
    {
        var text = prefix + rest;
        Assert.True(Utf8Order.Compare(prefix, text) <= 0);
        if (Utf8Order.EndOfPrefix(prefix) is { } end) Assert.True(Utf8Order.Compare(text, end) < 0, $"{text} is not below {end}");
    }, iter: 20_000);

    [Theory]
    [InlineData("", null)]
    [InlineData("a", "b")]
    [InlineData("a/", "a0")]
    [InlineData("a\uffff", "b")]
    [InlineData("\uffff", null)]
    [InlineData("x\ud7ff", "x\ue000")]
    [InlineData("x😀", "y")]
    [InlineData("😀", null)]
    public void The_end_of_a_prefix_is_close_behind_it(string prefix, string? end) => Assert.Equal(end, Utf8Order.EndOfPrefix(prefix));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
