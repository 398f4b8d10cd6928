using System.Text;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Workspaces;

public sealed class JsonPatchTests
{
    public static TheoryData<string, string, string> Done => JsonPatchCases.Done;

    public static TheoryData<string, string, string, string> Refused => JsonPatchCases.Refused;

    public static TheoryData<string, string, string> Failed => JsonPatchCases.Failed;

    [Theory]
    [MemberData(nameof(Done))]
    public void A_patch_is_applied(string document, string patch, string result) => Assert.Equal(Canonical(result), Apply(document, patch));

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_patch_or_not_possible_is_refused(string document, string patch, string field, string part)
    {
        var refusal = Refusal(document, patch);

        Assert.Equal((RefusalKind.Invalid, Codes.ValidationFailed, field), (refusal.Kind, refusal.Code, Assert.Single(refusal.Errors).Field));
        Assert.Contains(part, refusal.Errors[0].Problem);
    }

    [Theory]
    [MemberData(nameof(Failed))]
    public void A_test_that_fails_is_a_conflict(string document, string patch, string part)
    {
        var refusal = Refusal(document, patch);

        Assert.Equal((RefusalKind.Conflict, Codes.PatchTestFailed), (refusal.Kind, refusal.Code));
        Assert.Contains(part, refusal.Message);
        Assert.StartsWith("patch[", Assert.Single(refusal.Errors).Field);
    }

    [Fact]
    public void What_is_no_JSON_is_malformed() => Assert.Equal(Codes.MalformedRequest, Refusal("{}", "[").Code);

    [Fact]
    public void Errors_name_the_field_they_were_given() =>
        Assert.Equal("changes[3].patch[0].path", Assert.Throws<MementoException>(() => JsonPatch.Apply("{}"u8.ToArray(), """[{"op":"remove","path":"/a"}]"""u8, "changes[3].patch")).Refusal.Errors[0].Field);

    [Fact]
    public void A_patch_has_at_most_10_000_operations()
    {
        static string Patch(int count) => $"[{string.Join(',', Enumerable.Repeat("""{"op":"add","path":"/-","value":1}""", count))}]";

        Assert.Equal(20_001, Apply("[]", Patch(10_000)).Length);
        Assert.Contains("more than 10000 operations", Refusal("[]", Patch(10_001)).Message);
    }

    [Fact]
    public void Copies_of_copies_end_at_the_bound_of_the_result()
    {
        var doubling = $"[{string.Join(',', Enumerable.Repeat("""{"op":"copy","from":"/a","path":"/a/-"}""", 40))}]";
        var refusal = Refusal("""{"a":[1,2,3]}""", doubling.Replace("/a/-", "/b", StringComparison.Ordinal), maxResultBytes: 20);
        var growing = Refusal("""{"a":[[1]],"b":1}""", $"[{string.Join(',', Enumerable.Repeat("""{"op":"copy","from":"","path":"/b"},{"op":"copy","from":"/b","path":"/c"}""", 40))}]");

        Assert.Equal((RefusalKind.TooLarge, Codes.TooLarge), (refusal.Kind, refusal.Code));
        Assert.Equal("patch[0]: after it the document would have 25 bytes; at most 20 are allowed.", refusal.Message);
        Assert.Equal(Codes.TooLarge, growing.Code);
    }

    [Fact]
    public void The_bound_of_the_result_is_exact()
    {
        const string patch = """[{"op":"add","path":"/b","value":"x"}]""";

        Assert.Equal("""{"a":1,"b":"x"}""", Encoding.UTF8.GetString(JsonPatch.Apply("""{"a":1}"""u8.ToArray(), Encoding.UTF8.GetBytes(patch), maxResultBytes: 15)));
        Assert.Equal(Codes.TooLarge, Refusal("""{"a":1}""", patch, maxResultBytes: 14).Code);
    }

    [Fact]
    public void Nesting_ends_at_its_bound()
    {
        static string Nested(int depth) => new string('[', depth) + new string(']', depth);

        Assert.Equal(Nested(64), Apply("[]", $$"""[{"op":"add","path":"/0","value":{{Nested(63)}}}]"""));
        Assert.Contains("65 levels deep", Refusal("[]", $$"""[{"op":"add","path":"/0","value":{{Nested(64)}}}]""").Message);
        Assert.Contains("65 levels deep", Refusal(Nested(40), $$"""[{"op":"copy","from":"{{string.Concat(Enumerable.Repeat("/0", 15))}}","path":"{{string.Concat(Enumerable.Repeat("/0", 39))}}/0"}]""").Message);
        Assert.Contains("leads 65 levels deep", Refusal("[]", $$"""[{"op":"test","path":"{{string.Concat(Enumerable.Repeat("/0", 65))}}","value":1}]""").Message);
        Assert.Equal(Nested(63), Apply(Nested(64), """[{"op":"move","from":"/0","path":""}]"""));
        Assert.Equal($"[1,[{Nested(63)[1..^1]}]]", Apply($"[1,{Nested(63)}]", """[{"op":"move","from":"/1","path":"/1"}]"""));
    }

    [Fact]
    public void The_document_that_was_given_stays_as_it_was()
    {
        var document = """{"a":[1,2,3]}"""u8.ToArray();

        JsonPatch.Apply(document, """[{"op":"remove","path":"/a/0"},{"op":"add","path":"/a/-","value":4}]"""u8);

        Assert.Equal("""{"a":[1,2,3]}""", Encoding.UTF8.GetString(document));
    }

    private static string Apply(string document, string patch) => Encoding.UTF8.GetString(JsonPatch.Apply(CanonicalJson.Of(Encoding.UTF8.GetBytes(document)), Encoding.UTF8.GetBytes(patch)));

    private static Refusal Refusal(string document, string patch, int maxResultBytes = JsonPatch.DefaultMaxResultBytes) => Assert.Throws<MementoException>(() =>
        JsonPatch.Apply(CanonicalJson.Of(Encoding.UTF8.GetBytes(document)), Encoding.UTF8.GetBytes(patch), maxResultBytes: maxResultBytes)).Refusal;

    private static string Canonical(string json) => Encoding.UTF8.GetString(CanonicalJson.Of(Encoding.UTF8.GetBytes(json)));
}
