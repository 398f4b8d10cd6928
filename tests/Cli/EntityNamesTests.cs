using System.Text;
using CsCheck;
using Memento.Cli.Git;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Cli;

public sealed class EntityNamesTests
{
    [Theory]
    [InlineData("src/a b.cs")]
    [InlineData("docs/größe – 你好 🚀.md")]
    [InlineData("...")]
    public void A_path_that_can_be_a_name_is_one(string path) => Assert.Equal(path, EntityNames.OfPath(Encoding.UTF8.GetBytes(path)));

    [Fact]
    public void Any_bytes_give_a_valid_name_and_different_bytes_different_names() =>
        Gen.Byte.Array[1, 600].Select(Gen.Byte.Array[1, 600]).Sample((a, b) =>
        {
            var (first, second) = (EntityNames.OfPath(a), EntityNames.OfPath(b));
            return DocumentNames.Problem(first) is null && DocumentNames.Problem(second) is null && first == EntityNames.OfPath(a) && (first == second) == a.AsSpan().SequenceEqual(b);
        });

    [Fact]
    public void A_long_path_keeps_its_end()
    {
        var name = EntityNames.OfPath(Encoding.UTF8.GetBytes(new string('d', 300) + "/telling.cs"));

        Assert.Equal(Names.MaxLength, name.Length);
        Assert.Contains("/telling.cs~", name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('/')]
    [InlineData('.')]
    public void A_long_path_is_not_cut_where_no_id_begins(char c)
    {
        var name = EntityNames.OfPath(Encoding.UTF8.GetBytes(new string('d', 300) + "/.." + new string(c, 1) + "x/" + new string('e', Names.MaxLength - 17 - 3)));

        Assert.Null(DocumentNames.Problem(name));
    }

    [Theory]
    [InlineData("Ada Lovelace", "a@x", "Ada Lovelace")]
    [InlineData("", "a@x", "a@x")]
    [InlineData("  \t ", "a@x", "a@x")]
    [InlineData("..", "a@x", "a@x")]
    [InlineData("", "", "unknown")]
    [InlineData("a\u0007b", "x", "a b")]
    public void An_author_always_has_a_name(string name, string email, string expected) => Assert.Equal(expected, EntityNames.OfAuthor(name, email));

    [Fact]
    public void Any_author_gives_a_valid_name() => Gen.String.Select(Gen.String).Sample((name, email) => Names.Problem(EntityNames.OfAuthor(name, email)) is null);

    [Fact]
    public void Subjects_are_cut_between_characters()
    {
        Assert.Equal(new string('x', 198) + "…", EntityNames.Shorten(new string('x', 198) + "🚀🚀", 200));
        Assert.Equal("one two", EntityNames.Shorten("one\ttwo", 200));
    }
}
