using System.Text.RegularExpressions;
using CsCheck;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Workspaces;

public sealed class GlobTests
{
    [Theory]
    [InlineData("a.cs", "a.cs", true)]
    [InlineData("a.cs", "A.cs", false)]
    [InlineData("a.cs", "a.css", false)]
    [InlineData("a.cs", "xa.cs", false)]
    [InlineData("a.cs", "abcs", false)]
    [InlineData("a.cs", "", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "abc", true)]
    [InlineData("*", "a/b", false)]
    [InlineData("*.cs", ".cs", true)]
    [InlineData("*.cs", "src/a.cs", false)]
    [InlineData("src/*.cs", "src/a.cs", true)]
    [InlineData("src/*/a", "src/b/a", true)]
    [InlineData("src/*/a", "src//a", true)]
    [InlineData("src/*/a", "src/b/c/a", false)]
    [InlineData("a*b*c", "aXbYc", true)]
    [InlineData("a*b*c", "aXcYb", false)]
    [InlineData("**", "", true)]
    [InlineData("**", "a/b/c", true)]
    [InlineData("***", "a/b/c", true)]
    [InlineData("src/**", "src/a/b", true)]
    [InlineData("src/**", "src/", true)]
    [InlineData("src/**", "src", false)]
    [InlineData("src**", "src", true)]
    [InlineData("**/*.cs", "a.cs", true)]
    [InlineData("**/*.cs", "x/y/a.cs", true)]
    [InlineData("**/*.cs", "/a.cs", true)]
    [InlineData("**/a", "xa", false)]
    [InlineData("**/a", "x/xa", false)]
    [InlineData("src/**/a", "src/a", true)]
    [InlineData("src/**/a", "src/x/y/a", true)]
    [InlineData("src/**/a", "srca", false)]
    [InlineData("src/**/a", "src/xa", false)]
    [InlineData("x**/a", "xa", false)]
    [InlineData("x**/a", "x/a", true)]
    [InlineData("x**/a", "xy/z/a", true)]
    [InlineData("**/**/a", "a", true)]
    [InlineData("{x/,}**/a", "x/a", true)]
    [InlineData("{x/,}**/a", "a", true)]
    [InlineData("{x/,}**/a", "xa", false)]
    [InlineData("{**/,}a", "x/a", true)]
    [InlineData("?", "a", true)]
    [InlineData("?", "🦀", true)]
    [InlineData("?", "", false)]
    [InlineData("?", "ab", false)]
    [InlineData("?", "/", false)]
    [InlineData("[abc]", "b", true)]
    [InlineData("[abc]", "d", false)]
    [InlineData("[a-cx]", "b", true)]
    [InlineData("[a-cx]", "x", true)]
    [InlineData("[a-cx]", "-", false)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[-a]", "-", true)]
    [InlineData("[!a-z]", "A", true)]
    [InlineData("[!a-z]", "m", false)]
    [InlineData("[!a-z]", "/", false)]
    [InlineData("[!a-z]", "", false)]
    [InlineData("[.-0]", "/", false)]
    [InlineData("[a!]", "!", true)]
    [InlineData("[^a]", "^", true)]
    [InlineData("[\\]\\-\\\\]", "]", true)]
    [InlineData("[\\]\\-\\\\]", "\\", true)]
    [InlineData("[a\\-c]", "b", false)]
    [InlineData("[*?{,}]", ",", true)]
    [InlineData("[🦀-🦊]", "🦁", true)]
    [InlineData("{a,b}", "b", true)]
    [InlineData("{a,b}", "a,b", false)]
    [InlineData("{a}", "a", true)]
    [InlineData("{}", "", true)]
    [InlineData("x{,y}", "x", true)]
    [InlineData("x{,y}", "xy", true)]
    [InlineData("*.{cs,fs,vb}", "a.fs", true)]
    [InlineData("*.{cs,fs,vb}", "a.js", false)]
    [InlineData("{a,b{c,d{e,f}}}g", "bdfg", true)]
    [InlineData("{a,b{c,d{e,f}}}g", "bdg", false)]
    [InlineData("{src,test}/**/*.cs", "test/a/b.cs", true)]
    [InlineData("{*,x/y}", "x/y", true)]
    [InlineData("{a\\,b,c\\}}", "a,b", true)]
    [InlineData("{a\\,b,c\\}}", "c}", true)]
    [InlineData("a,b", "a,b", true)]
    [InlineData("a]b", "a]b", true)]
    [InlineData("\\*\\?\\[\\{\\\\\\a", "*?[{\\a", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("!a", "!a", true)]
    [InlineData("a\nb*", "a\nb\n", true)]
    public void A_pattern_matches_what_it_says(string pattern, string text, bool matches) => Assert.Equal(matches, Glob.Parse(pattern, "id").IsMatch(text));

    [Theory]
    [InlineData("", "must not be empty")]
    [InlineData("a[b", "has a [ at position 1 that is never closed")]
    [InlineData("a[b\\]", "has a [ at position 1 that is never closed")]
    [InlineData("[]", "has an empty set at position 0")]
    [InlineData("[!]", "has an empty set at position 0")]
    [InlineData("[z-a]", "the range z-a, which is the wrong way round, in the set at position 0")]
    [InlineData("a{b,c", "has a { at position 1 that is never closed")]
    [InlineData("{a,{b}", "has a { at position 0 that is never closed")]
    [InlineData("a}b", "has a } at position 1 that no { belongs to")]
    [InlineData("{a}}", "has a } at position 3 that no { belongs to")]
    [InlineData("a\\", "ends with a \\")]
    [InlineData("[a\\", "ends with a \\")]
    [InlineData("[a-\\", "ends with a \\")]
    [InlineData("{{{{{{{{{{{{{{{{{a}}}}}}}}}}}}}}}}}", "more than 16 levels of braces in braces, at position 16")]
    public void What_is_no_pattern_is_refused_by_field(string pattern, string part)
    {
        var refusal = Assert.Throws<MementoException>(() => Glob.Parse(pattern, "filter.id")).Refusal;

        Assert.Equal((RefusalKind.Invalid, Codes.ValidationFailed, "filter.id"), (refusal.Kind, refusal.Code, refusal.Errors[0].Field));
        Assert.Contains(part, refusal.Message);
    }

    [Fact]
    public void A_pattern_has_at_most_1024_characters()
    {
        Assert.True(Glob.Parse(new string('a', 1024), "id").IsMatch(new string('a', 1024)));
        Assert.Contains("has 1025 characters", Assert.Throws<MementoException>(() => Glob.Parse(new string('a', 1025), "id")).Message);
        Assert.Contains("half a surrogate pair at position 1", Assert.Throws<MementoException>(() => Glob.Parse("a\ud800", "id")).Message);
    }

    /// <summary>Each of these would take longer than the universe has been there, if ways were tried one after the other.</summary>
    [Theory]
    [InlineData("*a*a*a*a*a*a*a*a*a*a*a*a*b", 1)]
    [InlineData("**a**a**a**a**a**a**a**a**b", 1)]
    [InlineData("{a,aa}", 100)]
    [InlineData("{*,?}", 150)]
    [InlineData("{a,{a,{a,{a,{a,{a,aa}}}}}}", 30)]
    [InlineData("**/", 300)]
    public void No_pattern_takes_long(string part, int times)
    {
        var glob = Glob.Parse(string.Concat(Enumerable.Repeat(part, times)) + "b", "id");

        for (var i = 0; i < 10; i++) Assert.False(glob.IsMatch(new string('a', 2_000)));
    }

    [Fact]
    public void A_pattern_matches_as_the_regular_expression_of_its_parts_does() => Gen.Select(
        Gen.OneOf("a", "b", "/", "*", "**", "?", "[ab]", "[!a]", "{a,b/}", "{*,a{/,}b}", "\\*").Array[1, 8], Gen.OneOf("a", "b", "/", "*").Array[0, 10]).Sample((parts, letters) =>
    {
        var (pattern, text) = (string.Concat(parts), string.Concat(letters));
        Assert.Equal(Regex.IsMatch(text, Expression(pattern), RegexOptions.CultureInvariant), Glob.Parse(pattern, "id").IsMatch(text));
    }, iter: 20_000);

    [Fact]
    public void A_pattern_is_written_as_it_was_read() => Assert.Equal("src/**/*.{cs,md}", Glob.Parse("src/**/*.{cs,md}", "id").ToString());

    private static string Expression(string pattern) => $@"\A(?:{Tokens().Replace(pattern, token => token.Value switch
    {
        "{" => "(?:",
        "}" => ")",
        "," => "|",
        "?" => "[^/]",
        "*" => "[^/]*",
        "[!a]" => "[^a/]",
        "[ab]" or "\\*" => token.Value,
        ['*', '*', .., '/'] => @"(?:(?<=\A|/)|[\s\S]*/)",
        ['*', ..] => @"[\s\S]*",
        _ => Regex.Escape(token.Value),
    })})\z";

    private static Regex Tokens() => new(@"\*\*+/?|\\\*|\[[^]]*\]|[\s\S]");
}
