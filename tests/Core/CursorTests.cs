using Xunit;

namespace Memento.Tests.Core;

public sealed class CursorTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("agent-1")]
    [InlineData("a b/c")]
    [InlineData("агент 🤖")]
    public void A_name_comes_back(string name)
    {
        Assert.Equal(name, Cursor.ParseName(Cursor.OfName(name)));
        Assert.Equal(Cursor.OfName(name), Uri.EscapeDataString(Cursor.OfName(name)));
    }

    [Fact]
    public void No_cursor_is_the_first_page() => Assert.Null(Cursor.ParseName(null));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("zz")]
    [InlineData("zzz")]
    [InlineData("agent-1")]
    [InlineData("a cursor")]
    [InlineData("YQ==")]
    [InlineData("AA")]
    public void What_no_list_gave_is_refused(string cursor) =>
        Assert.Equal("cursor", Assert.Single(Assert.Throws<MementoException>(() => Cursor.ParseName(cursor)).Refusal.Errors).Field);

    [Fact]
    public void Numbers_come_back_from_the_cursor_that_they_were_written_to()
    {
        Assert.Equal(7, Cursor.ParseNumber(Cursor.Of(7)));
        Assert.Equal([7, long.MaxValue], Cursor.Parse(Cursor.Of(7, long.MaxValue), 2));
        Assert.Equal([0, 1, 2], Cursor.Parse(Cursor.Of(0, 1, 2), 3));
        Assert.Equal((7, "op-1"), Cursor.ParseNamed(Cursor.Of(7, "op-1")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1-2-3")]
    [InlineData("1-x")]
    [InlineData("-1-2")]
    [InlineData("+1-2")]
    [InlineData("1- 2")]
    [InlineData("1-9223372036854775808")]
    public void Text_that_is_no_cursor_is_refused(string text) =>
        Assert.Equal(Codes.ValidationFailed, Assert.Throws<MementoException>(() => Cursor.Parse(text, 2)).Code);
}
