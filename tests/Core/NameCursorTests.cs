using Xunit;

namespace Memento.Tests.Core;

public sealed class NameCursorTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("agent-1")]
    [InlineData("a b/c")]
    [InlineData("агент 🤖")]
    public void A_name_comes_back(string name)
    {
        Assert.Equal(name, NameCursor.Parse(NameCursor.Of(name)));
        Assert.Equal(NameCursor.Of(name), Uri.EscapeDataString(NameCursor.Of(name)));
    }

    [Fact]
    public void No_cursor_is_the_first_page() => Assert.Null(NameCursor.Parse(null));

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
        Assert.Equal("cursor", Assert.Single(Assert.Throws<MementoException>(() => NameCursor.Parse(cursor)).Refusal.Errors).Field);
}
