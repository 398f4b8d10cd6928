using Xunit;

namespace Memento.Tests.Core;

public sealed class NamesTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("a b")]
    [InlineData("../../etc/passwd")]
    [InlineData("src/ä/日本.cs")]
    [InlineData("👩‍🚀")]
    [InlineData("...")]
    [InlineData("%2e%2e")]
    public void Printable_names_are_good(string name) => Assert.Null(Names.Problem(name));

    [Fact]
    public void A_name_has_at_most_256_characters()
    {
        Assert.Null(Names.Problem(new string('x', 256)));
        Assert.Contains("257", Names.Problem(new string('x', 257)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData(".", "\".\"")]
    [InlineData("..", "\"..\"")]
    [InlineData("a\0", "U+0000 at position 1")]
    [InlineData("\n", "U+000A at position 0")]
    [InlineData("a\u007f", "U+007F")]
    [InlineData("a\u0085", "U+0085")]
    [InlineData("\u2028", "U+2028")]
    [InlineData("\u2029", "U+2029")]
    [InlineData("  ", "only white space")]
    [InlineData("\uffff", "U+FFFF")]
    [InlineData("ada\u202esc.b", "U+202E at position 3")]
    [InlineData("\u2066ada", "U+2066")]
    [InlineData("a\ufffd", "U+FFFD at position 1")]
    public void What_is_wrong_with_a_name_is_said(string? name, string part) => Assert.Contains(part, Names.Problem(name), StringComparison.Ordinal);

    [Fact]
    public void Half_a_surrogate_pair_is_no_name()
    {
        Assert.Contains("U+D83E", Names.Problem("a\ud83e"), StringComparison.Ordinal);
        Assert.Contains("U+DD80", Names.Problem("\udd80\ud83e"), StringComparison.Ordinal);
    }
}
