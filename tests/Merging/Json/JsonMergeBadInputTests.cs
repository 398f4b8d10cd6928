using System.Globalization;
using System.Text.Json;
using Merging;
using Xunit;

namespace Memento.Tests.Merging.Json;

/// <summary>Odd and hostile documents: every merge ends, and gives the right result or a conflict.</summary>
public sealed class JsonMergeBadInputTests
{
    private const int Milliseconds = 60_000;

    /// <summary>As deep as a document may be, with room for what the tests put inside.</summary>
    private const int Depth = 62;

    [Theory]
    [InlineData(
        """[{"id":1,"v":1},{"id":2,"v":1}]""", """[{"id":1,"v":2},{"id":2,"v":1}]""", """[{"id":1,"v":1},{"id":2,"v":1},{"id":2,"v":3}]""")]
    [InlineData("""[{"id":1,"v":1},{"id":1,"v":1}]""", """[{"id":1,"v":2},{"id":1,"v":1}]""", """[{"id":1,"v":1},{"id":1,"v":3}]""")]
    [InlineData("""[{"id":1,"v":1},{"id":2,"v":2}]""", """[{"id":1,"v":1},{"id":1,"v":1},{"id":2,"v":2}]""", """[{"id":2,"v":9}]""")]
    [InlineData("""[{"id":1,"v":1}]""", """[{"id":"1","v":1}]""", """[{"id":1,"v":2}]""")]
    [InlineData(
        """[{"id":null,"v":1},{"id":2,"v":1}]""", """[{"id":null,"v":2},{"id":2,"v":1}]""", """[{"id":2,"v":1},{"id":null,"v":1}]""")]
    [InlineData("""[{"id":1,"v":1},{"v":2}]""", """[{"id":1,"v":1},{"id":2,"v":2}]""", """[{"id":1,"v":3},{"v":2}]""")]
    [InlineData("""[{"id":{"a":1},"v":1}]""", """[{"id":{"a":1},"v":2}]""", """[{"id":{"a":2},"v":1}]""")]
    [InlineData("""[[1],[1],[1]]""", """[[1],[1]]""", """[[1],[2],[1]]""")]
    [InlineData("""[[[]],[]]""", """[[[]]]""", """[[[],[]],[]]""")]
    [InlineData("""[{},{}]""", """[{}]""", """[{},{"a":1}]""")]
    [InlineData("""[null,null]""", """[null]""", """[null,null,null]""")]
    [InlineData("""{"":1}""", """{"":2}""", """{"":1," ":1}""")]
    public void Odd_lists_are_merged_the_same_way_round_or_conflict(string @base, string ours, string theirs)
    {
        var merged = JsonMerges.Clean(@base, ours, theirs);

        Assert.Equal(merged, JsonMerges.Clean(@base, theirs, ours));
        if (merged is null) return;
        var written = JsonLeaves.Of(ours).Concat(JsonLeaves.Of(theirs)).ToHashSet(StringComparer.Ordinal);
        Assert.All(JsonLeaves.Of(merged), leaf => Assert.Contains(leaf, written));
    }

    [Theory]
    [InlineData("""[{"id":1,"v":1},{"id":1,"v":2}]""", """[{"id":1,"v":1}]""", """[{"id":1,"v":1},{"id":1,"v":3}]""")]
    [InlineData("""[{"id":1,"v":1}]""", """[{"id":"1","v":2}]""", """[{"id":1,"v":3}]""")]
    [InlineData("""[1,1]""", """[1]""", """[1,2]""")]
    [InlineData("""["a","a","a"]""", """["a","a"]""", """["a","b","a"]""")]
    [InlineData("", "[1]", "[2]")]
    [InlineData("", "{}", "[]")]
    [InlineData("", """{"a":1}""", """{"a":2}""")]
    [InlineData("null", "[1]", "[2]")]
    [InlineData("[]", "[1]", "[2]")]
    [InlineData("[]", "{}", "null")]
    [InlineData("{}", """{"a":[]}""", """{"a":{}}""")]
    [InlineData("""{"a":1}""", """{"a":[]}""", "{}")]
    [InlineData("1", "1e400", "2")]
    [InlineData("1", "123456789012345678901234567890", "123456789012345678901234567891")]
    [InlineData("0.1", "0.10000000000000000001", "0.10000000000000000002")]
    public void Odd_values_that_both_changed_are_in_conflict(string @base, string ours, string theirs)
    {
        foreach (var result in new[] { JsonMerges.Merge(@base, ours, theirs), JsonMerges.Merge(@base, theirs, ours) })
        {
            Assert.NotEmpty(result.Conflicts);
            Assert.All(result.Conflicts, c => Assert.NotEqual(JsonMerges.Text(c.Ours), JsonMerges.Text(c.Theirs)));
        }
    }

    [Fact]
    public void Numbers_beyond_every_type_stay_as_they_are_written() => Assert.Equal(
        """{"a":1e400,"b":123456789012345678901234567890}""",
        JsonMerges.Clean("""{"a":1,"b":1}""", """{"a":1e400,"b":1}""", """{"a":1,"b":123456789012345678901234567890}"""));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1,"b":[]}""", """{"a":2}""", """{"a":2,"b":[]}""")]
    [InlineData("""{"a":[]}""", "{}", """{"a":[],"b":1}""", """{"b":1}""")]
    [InlineData("""{"a":null,"b":1}""", """{"b":1}""", """{"a":null,"b":2}""", """{"b":2}""")]
    public void Empty_null_and_absent_are_different(string @base, string ours, string theirs, string merged) =>
        Assert.Equal(merged, JsonMerges.Clean(@base, ours, theirs));

    [Theory]
    [InlineData("{}", """{"a":{"b":1}}""", "{")]
    [InlineData("{}", """{"a":{"b":1}}""", """{"a":}""")]
    [InlineData("[]", "[1]", "[1,")]
    public void Text_that_is_no_json_is_refused(string @base, string ours, string theirs) =>
        Assert.ThrowsAny<JsonException>(() => JsonMerges.Merge(@base, ours, theirs));

    [Theory]
    [InlineData("{\"a\":", "}")]
    [InlineData("[{\"a\":", ",\"id\":1}]")]
    public void Deep_documents_are_merged(string open, string close)
    {
        var levels = Depth / open.Count(c => c is '{' or '[');

        Assert.Equal(
            Nested("""{"v":2,"w":2}"""),
            JsonMerges.Clean(Nested("""{"v":1,"w":1}"""), Nested("""{"v":2,"w":1}"""), Nested("""{"v":1,"w":2}""")));
        Assert.Null(JsonMerges.Clean(Nested("1"), Nested("2"), Nested("3")));

        string Nested(string inner) => Around(inner, open, close, levels);
    }

    [Fact]
    public void Deep_arrays_are_merged_or_conflict()
    {
        Assert.Null(JsonMerges.Clean(Nested("1"), Nested("2"), Nested("3")));
        Assert.Equal(Nested("2"), JsonMerges.Clean(Nested("1"), Nested("2"), Nested("1")));
        Assert.Contains(JsonMerges.Clean(Nested("1,2,3,4"), Nested("9,2,3,4"), Nested("1,2,3,8")), new[] { Nested("9,2,3,8"), null });

        static string Nested(string inner) => Around(inner, "[", "]", Depth);
    }

    [Fact(Timeout = Milliseconds)]
    public Task Many_equal_elements_end_in_time() => Task.Run(() =>
    {
        const int Many = 100_000;
        var @base = List(Enumerable.Repeat("\"x\"", Many));
        var shorter = List(Enumerable.Repeat("\"x\"", Many - 1));

        Assert.Equal(shorter, JsonMerges.Clean(@base, shorter, @base));
        var changed = Enumerable.Repeat("\"x\"", Many).ToArray();
        changed[Many / 2] = "\"y\"";
        Assert.Null(JsonMerges.Clean(@base, shorter, List(changed)));
    }, TestContext.Current.CancellationToken);

    [Fact(Timeout = Milliseconds)]
    public Task Many_numbers_end_in_time() => Task.Run(() =>
    {
        const int Many = 300_000;
        var numbers = Enumerable.Range(0, Many).Select(Number).ToArray();

        var merged = JsonMerges.Clean(List(numbers), List(numbers.Prepend("-1")), List(numbers.Append("-2")));
        if (merged is not null) Assert.Equal(List(numbers.Prepend("-1").Append("-2")), merged);
    }, TestContext.Current.CancellationToken);

    [Theory(Timeout = Milliseconds)]
    [InlineData("{0}")]
    [InlineData("\"s{0}\"")]
    [InlineData("[{0},1]")]
    [InlineData("{{\"v\":{0},\"w\":1}}")]
    [InlineData("{{\"id\":{0},\"w\":1}}")]
    public Task Versions_with_nothing_in_common_conflict_in_time(string element) => Task.Run(() =>
    {
        const int Many = 20_000;
        var (@base, ours, theirs) = (Elements(0), Elements(1), Elements(2));

        foreach (var start in new[] { @base, "[]", "" })
        {
            var result = JsonMerges.Merge(start, ours, theirs);
            Assert.NotEmpty(result.Conflicts);
            Assert.Equal(ours, JsonMerges.Text(result.Merged));
            Assert.Equal(theirs, JsonMerges.Text(result.Resolve(MergeSide.Theirs)!));
        }

        string Elements(int version) =>
            List(Enumerable.Range(version * Many, Many).Select(i => string.Format(CultureInfo.InvariantCulture, element, i)));
    }, TestContext.Current.CancellationToken);

    [Fact(Timeout = Milliseconds)]
    public Task Reversed_list_with_keys_ends_in_time() => Task.Run(() =>
    {
        const int Many = 20_000;
        var elements = Enumerable.Range(0, Many).Select(i => $"{{\"id\":{i},\"v\":0}}").ToArray();
        var changed = elements.ToArray();
        changed[7] = """{"id":7,"v":1}""";

        Assert.Equal(List(changed.Reverse()), JsonMerges.Clean(List(elements), List(elements.Reverse()), List(changed)));
    }, TestContext.Current.CancellationToken);

    private static string Around(string inner, string open, string close, int levels) =>
        $"{string.Concat(Enumerable.Repeat(open, levels))}{inner}{string.Concat(Enumerable.Repeat(close, levels))}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string List(IEnumerable<string> elements) => $"[{string.Join(',', elements)}]";
}
