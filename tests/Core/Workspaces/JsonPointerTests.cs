using CsCheck;
using Xunit;

namespace Memento.Tests.Core.Workspaces;

public sealed class JsonPointerTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/", "")]
    [InlineData("/a", "a")]
    [InlineData("/a/0/-", "a", "0", "-")]
    [InlineData("//a/", "", "a", "")]
    [InlineData("/a~1b/m~0n", "a/b", "m~n")]
    [InlineData("/~01/~10", "~1", "/0")]
    [InlineData("/c%d/ /\"\\", "c%d", " ", "\"\\")]
    public void A_pointer_is_read_and_written(string text, params string[] tokens)
    {
        var pointer = JsonPointer.Parse(text);

        Assert.Equal(tokens, pointer.Tokens);
        Assert.Equal(text, pointer.ToString());
        Assert.Equal(pointer, JsonPointer.Of(tokens));
    }

    [Theory]
    [InlineData("a", "\"a\" is no JSON Pointer: it must be empty or start with /")]
    [InlineData("#/a", "\"#/a\" is no JSON Pointer")]
    [InlineData("/a~", "the ~ at position 2 must be followed by 0 or 1")]
    [InlineData("/~0/~2", "the ~ at position 4")]
    public void What_is_no_pointer_is_refused_by_name(string text, string part)
    {
        var refusal = Assert.Throws<MementoException>(() => JsonPointer.Parse(text, "patch[1].path")).Refusal;

        Assert.Equal((Codes.ValidationFailed, "patch[1].path"), (refusal.Code, refusal.Errors[0].Field));
        Assert.Contains(part, refusal.Message);
    }

    [Theory]
    [InlineData("", "/a", true)]
    [InlineData("/a", "/a/b/c", true)]
    [InlineData("/a", "/a", false)]
    [InlineData("/a", "/ab", false)]
    [InlineData("/a/b", "/a", false)]
    public void A_place_contains_those_within_it(string outer, string inner, bool contains) => Assert.Equal(contains, JsonPointer.Parse(outer).Contains(JsonPointer.Parse(inner)));

    [Fact]
    public void Tokens_survive_the_text() => JsonGen.Text.Array[0, 6].Sample(tokens =>
    {
        var pointer = JsonPointer.Of(tokens);
        Assert.Equal(tokens, JsonPointer.Parse(pointer.ToString()).Tokens);
        Assert.Equal(pointer.GetHashCode(), JsonPointer.Parse(pointer.ToString()).GetHashCode());
        for (var count = 0; count <= tokens.Length; count++) Assert.Equal(count < tokens.Length, pointer.First(count).Contains(pointer));
    });
}
