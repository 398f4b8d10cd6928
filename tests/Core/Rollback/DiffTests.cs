using Memento.Rollback;
using Xunit;

namespace Memento.Tests.Core.Rollback;

public sealed class DiffTests
{
    [Theory]
    [InlineData("1", "2", "update ''")]
    [InlineData("{}", "[]", "update ''")]
    [InlineData("""{"a":1}""", """{"a":null}""", "update /a")]
    [InlineData("""{"a":null}""", """{}""", "delete /a")]
    [InlineData("""{}""", """{"":{"/~":null}}""", "create /")]
    [InlineData("""{"":{"/~":null}}""", """{"":{"/~":0}}""", "update //~1~0")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":3,"d":4}}""", "update /a/b", "delete /a/c", "create /a/d")]
    [InlineData("[1,2,3]", "[0,1,2,3]", "create /0")]
    [InlineData("[1,2,3]", "[1,3]", "delete /1")]
    [InlineData("[1,2,3]", "[1,5,3]", "update /1")]
    [InlineData("[1,2,3]", "[3,1,2]", "move /0 from /2")]
    [InlineData("[1,1,1,2]", "[1,2,1]", "delete /2", "move /2 from /1")]
    [InlineData("""[{"a":1,"b":2},{"a":3,"b":4}]""", """[{"x":1},{"a":1,"b":2},{"a":3,"b":5}]""", "create /0", "update /2/b from /1/b")]
    [InlineData("""[{"id":1,"v":1},{"id":2,"v":2},{"id":3,"v":3}]""", """[{"id":3,"v":9},{"id":1,"v":1},{"id":2,"v":2}]""", "move /0 from /2", "update /0/v from /2/v")]
    [InlineData("""[{"id":1,"v":1}]""", """[{"id":2,"v":1}]""", "delete /0", "create /0")]
    [InlineData("""[{"name":"a","v":1},{"name":"b","v":1}]""", """[{"name":"b","v":1},{"name":"c","v":1}]""", "delete /0", "create /1")]
    [InlineData("""{"title":"x"}""", """{"heading":"x"}""", "move /heading from /title")]
    [InlineData("""{"title":true}""", """{"heading":true}""", "create /heading", "delete /title")]
    [InlineData("""{"doing":[{"id":7,"text":"write"}],"done":[]}""", """{"doing":[],"done":[{"id":7,"text":"write"}]}""", "move /done/0 from /doing/0")]
    [InlineData("""{"doing":[7],"done":[]}""", """{"doing":[],"done":[7]}""", "delete /doing/0", "create /done/0")]
    [InlineData("""{"a":"xxx","b":"yyy"}""", """{"a":"yyy","b":"xxx"}""", "update /a", "update /b")]
    [InlineData("""{"a":"xxx","b":"yyy"}""", """{"b":"xxx","c":"yyy"}""", "delete /a", "update /b", "create /c")]
    public void Changes_say_what_a_reader_would_say(string before, string after, params string[] changes)
    {
        var delta = DiffGen.Exact(DiffGen.Canonical(before), DiffGen.Canonical(after));

        Assert.Equal(changes, delta.Changes.Select(Told));
    }

    [Fact]
    public void An_insert_at_the_front_of_10_000_elements_is_one_change()
    {
        string[] texts = [.. Enumerable.Range(0, 10_000).Select(i => $"\"{i % 700}\"")], items = [.. Enumerable.Range(0, 10_000).Select(i => $$"""{"id":{{i}},"v":{{i % 7}}}""")];

        foreach (var elements in (string[][])[texts, items])
        {
            var delta = DiffGen.Exact(Array(elements), Array(elements.Prepend("""{"id":-1}""")));
            Assert.Equal("create /0", Told(Assert.Single(delta.Changes)));
        }
    }

    [Fact]
    public void Changed_elements_are_found_behind_an_insert_whether_they_have_ids_or_not()
    {
        foreach (var id in (string[])["id", "number"])
        {
            string Item(int i, int v) => $$"""{"{{id}}":{{i}},"text":"t{{i}}","v":{{v}}}""";
            var delta = DiffGen.Exact(Array(Enumerable.Range(0, 2000).Select(i => Item(i, i))), Array(Enumerable.Range(-1, 2001).Select(i => Item(i, i % 100 == 50 ? 0 : i))));
            Assert.Equal(["create /0", .. Enumerable.Range(0, 20).Select(n => $"update /{n * 100 + 51}/v from /{n * 100 + 50}/v")], delta.Changes.Select(Told));
        }
    }

    [Fact]
    public void Arrays_that_are_made_to_be_hard_are_still_compared_exactly()
    {
        const int count = 20_000;
        var numbers = Enumerable.Range(0, count).Select(i => $"{i}").ToList();
        var equal = Enumerable.Repeat("1", count).ToList();

        Assert.Equal(count - 1, Changes(numbers, numbers.AsEnumerable().Reverse()));
        Assert.Equal(count, Changes(numbers, numbers.Select(n => $"-1{n}")));
        Assert.Equal(count / 2, Changes(equal, equal.Take(count / 2)));
        Assert.Equal(2, Changes(equal.Prepend("2").Append("3"), equal.Append("2").Prepend("3")));
        Assert.InRange(Changes(numbers.Select((_, i) => $"{i % 2}"), numbers.Select((_, i) => i % 3 == 0 ? "1" : "0")), 1, count);
        Assert.InRange(Changes(numbers, numbers.Select((_, i) => $"{(i * 7919L) % count}")), 1, count);

        static int Changes(IEnumerable<string> before, IEnumerable<string> after) => DiffGen.Exact(Array(before), Array(after), new() { MaxChanges = DiffOptions.MaxMaxChanges }).Changes.Length;
    }

    [Fact]
    public void A_delta_patches_a_document_that_differs_elsewhere()
    {
        var delta = JsonDiff.Compare("""{"a":1,"c":[1,2]}"""u8.ToArray(), """{"a":2,"b":0,"c":[2]}"""u8.ToArray());

        Assert.Equal("""{"a":2,"b":0,"c":[2,3],"d":true}"""u8.ToArray(), delta.Apply("""{"a":1,"c":[1,2,3],"d":true}"""u8.ToArray()).Document.ToArray());
    }

    [Theory]
    [InlineData("""{"a":3,"c":[1,2]}""")]
    [InlineData("""{"a":1,"b":1,"c":[1,2]}""")]
    [InlineData("""{"a":1,"c":[]}""")]
    [InlineData("""{"a":1,"c":{"0":2}}""")]
    [InlineData("""{"a":1}""")]
    [InlineData("""{"c":[1,2]}""")]
    [InlineData("[]")]
    [InlineData("1")]
    public void A_document_without_the_values_that_a_delta_starts_from_is_refused(string other)
    {
        var delta = JsonDiff.Compare("""{"a":1,"c":[1,2]}"""u8.ToArray(), """{"a":2,"b":0,"c":[2]}"""u8.ToArray());

        var applied = delta.Apply(DiffGen.Canonical(other));

        Assert.Equal((RefusalKind.Conflict, Codes.DiffMismatch), (applied.Refusal!.Kind, applied.Refusal.Code));
        Assert.True(applied.Document.IsEmpty);
    }

    [Theory]
    [InlineData("a", "")]
    [InlineData("/~2", "")]
    [InlineData("/a/b/c", "")]
    [InlineData("", null)]
    public void A_delta_that_somebody_made_up_is_refused(string path, string? from)
    {
        var made = new JsonDelta { Changes = [new() { Path = path, Operation = DiffOperation.Move, From = from, OldValue = new("1"), NewValue = new("1") }] };

        Assert.Equal(Codes.DiffMismatch, made.Apply("""{"a":1}"""u8.ToArray()).Refusal?.Code);
    }

    [Fact]
    public void A_delta_survives_the_wire_in_JSON()
    {
        var delta = DiffGen.Exact("""[{"id":1,"v":[1]},{"id":2},{"id":3}]"""u8.ToArray(), """[{"id":3},{"id":1,"v":[2]},{"id":2}]"""u8.ToArray());

        var json = System.Text.Json.JsonSerializer.Serialize(delta, MementoJson.Default.JsonDelta);

        Assert.Contains("""{"path":"/0","operation":"move","oldValue":{"id":3},"newValue":{"id":3},"from":"/2","truncated":false}""", json);
        Assert.Equal(delta.Changes, System.Text.Json.JsonSerializer.Deserialize(json, MementoJson.Default.JsonDelta)!.Changes);
    }

    private static byte[] Array(IEnumerable<string> elements) => System.Text.Encoding.UTF8.GetBytes($"[{string.Join(',', elements)}]");

    private static string Told(JsonChange change) =>
        $"{NamedEnumConverter<DiffOperation>.NameOf(change.Operation)} {(change.Path.Length == 0 ? "''" : change.Path)}{(change.From is null ? "" : $" from {change.From}")}";
}
