using System.Text;
using CsCheck;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Workspaces;

public sealed class JsonMergePatchTests
{
    [Theory]
    // RFC 7386, appendix A
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", "null", "null")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"a":1,"e":null}""")]
    [InlineData("[1,2]", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    // and its section 3
    [InlineData("""{"title":"Goodbye!","author":{"givenName":"John","familyName":"Doe"},"tags":["example","sample"],"content":"This will be unchanged"}""",
        """{"title":"Hello!","phoneNumber":"+01-123-456-7890","author":{"familyName":null},"tags":["example"]}""",
        """{"author":{"givenName":"John"},"content":"This will be unchanged","phoneNumber":"+01-123-456-7890","tags":["example"],"title":"Hello!"}""")]
    // what it leaves to be seen
    [InlineData("null", "{}", "{}")]
    [InlineData("1", """{"a":{"b":null,"c":[null,{"d":null}]}}""", """{"a":{"c":[null,{"d":null}]}}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":{}}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":{"b":1}}""", "{}", """{"a":{"b":1}}""")]
    [InlineData("""{"a":1}""", """{"z":null,"":null}""", """{"a":1}""")]
    [InlineData("""{"b":1,"d":1}""", """{ "e":2.0, "d":null, "c":2, "b":"\u0062", "a":2 }""", """{"a":2,"b":"b","c":2,"e":2}""")]
    [InlineData("{\"\uFFFD\":1,\"\\n\":1}", "{\"🦀\":2,\"\\u000a\":null}", "{\"🦀\":2,\"\uFFFD\":1}")]
    public void A_patch_is_laid_over_the_document(string document, string patch, string result) =>
        Assert.Equal(result, Encoding.UTF8.GetString(JsonMergePatch.Apply(CanonicalJson.Of(Encoding.UTF8.GetBytes(document)), Encoding.UTF8.GetBytes(patch))));

    [Fact]
    public void What_is_no_JSON_is_refused_by_field()
    {
        Assert.Equal(Codes.MalformedRequest, Assert.Throws<MementoException>(() => JsonMergePatch.Apply("{}"u8.ToArray(), "{"u8)).Code);
        Assert.Contains("change: has the name \"a\" twice", Assert.Throws<MementoException>(() => JsonMergePatch.Apply("{}"u8.ToArray(), """{"a":1,"a":2}"""u8, "change")).Message);
    }

    [Fact]
    public void A_merge_patch_does_what_the_RFC_says_in_pseudocode() => Gen.Select(JsonGen.Value, JsonGen.Value, Gen.Int).Sample((document, patch, seed) =>
    {
        var (target, text) = (CanonicalJson.Of(Encoding.UTF8.GetBytes(JsonGen.Write(document, new Random(seed)))), JsonGen.Write(patch, new Random(~seed)));

        var result = Encoding.UTF8.GetString(JsonMergePatch.Apply(target, Encoding.UTF8.GetBytes(text)));

        Assert.Equal(Encoding.UTF8.GetString(CanonicalJson.Of(Encoding.UTF8.GetBytes(JsonGen.Write(Merged(document, patch), new Random(0))))), result);
    }, iter: 2000);

    private static Meant Merged(Meant? target, Meant patch)
    {
        if (patch is not Meant.Members changes) return patch;
        var members = target is Meant.Members old ? new Dictionary<string, Meant>(old.Values) : [];
        foreach (var (name, value) in changes.Values)
        {
            if (value is Meant.Literal { Word: "null" }) members.Remove(name);
            else members[name] = Merged(members.GetValueOrDefault(name), value);
        }

        return new Meant.Members(members);
    }
}
