using System.Text;
using CsCheck;
using Xunit;

namespace Memento.Tests.Core.Workspaces;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData(" { \"b\" : 1 , \"a\" : [ true , null , false ] } ", """{"a":[true,null,false],"b":1}""")]
    [InlineData("""{"b":{"d":1,"c":2},"a":{"f":[{"h":1,"g":2}],"e":3}}""", """{"a":{"e":3,"f":[{"g":2,"h":1}]},"b":{"c":2,"d":1}}""")]
    [InlineData("{ }", "{}")]
    [InlineData("[ ]", "[]")]
    [InlineData("null", "null")]
    [InlineData("\"\"", "\"\"")]
    public void White_space_and_the_order_of_members_are_gone(string json, string canonical) => Assert.Equal(canonical, Canonical(json));

    [Theory]
    [InlineData(""" "\u0041\/\u00e9\ud83e\udd80" """, "\"A/é🦀\"")]
    [InlineData(""" "\u0022\u005c" """, """ "\"\\" """)]
    [InlineData(""" "\u0008\u0009\u000A\u000c\u000D" """, """ "\b\t\n\f\r" """)]
    [InlineData(""" "\u0000\u001F\u007f" """, "\"\\u0000\\u001f\u007f\"")]
    [InlineData("\"<>&+'\u2028\"", "\"<>&+'\u2028\"")]
    public void Strings_have_the_fewest_escapes(string json, string canonical) => Assert.Equal(canonical.Trim(), Canonical(json));

    [Fact]
    public void Names_are_in_the_order_of_UTF_16() =>
        Assert.Equal("{\"\":0,\"\\n\":1,\"\\r\":2,\"\\u001f\":3,\" \":4,\"!\":5,\"\\\"\":6,\"#\":7,\"1\":8,\"A\":9,\"\\\\\":10,\"]\":11,\"é\":12,\"€\":13,\"\uD7FF\":14,\"🦀\":15,\"\uE000\":16,\"\uFFFD\":17}",
            Canonical("{\"\uFFFD\":17,\"\uE000\":16,\"🦀\":15,\"\uD7FF\":14,\"€\":13,\"é\":12,\"]\":11,\"\\\\\":10,\"A\":9,\"1\":8,\"#\":7,\"\\\"\":6,\"!\":5,\" \":4,\"\\u001F\":3,\"\\r\":2,\"\\n\":1,\"\":0}"));

    [Theory]
    [InlineData("0", "0", "-0", "0.0", "-0.000", "0e5", "0E-99999999999999999999", "-0e99999999999999999999")]
    [InlineData("1", "1", "1.0", "1e0", "10e-1", "0.1E1", "1E+0", "0.0001e4", "1e-0")]
    [InlineData("-12.5", "-12.5", "-12.500", "-125e-1", "-0.125e2", "-1.25E+01")]
    [InlineData("1000", "1000", "1e3", "1.000e3", "10E2")]
    [InlineData("0.000001", "0.000001", "1e-6", "0.1e-5")]
    [InlineData("1.5e-7", "1.5e-7", "0.00000015", "15E-8")]
    [InlineData("1e-7", "1e-7", "0.0000001")]
    [InlineData("9007199254740993", "9007199254740993", "9007199254740993.0", "900719925474099.3e1")]
    [InlineData("12345678901234567890123456789012345.678901234567890123", "12345678901234567890123456789012345.678901234567890123", "12345678901234567890123456789012345678901234567890.123e-15")]
    [InlineData("1e+400", "1e400", "10E+399", "0.1e401")]
    [InlineData("-1.05e-400", "-1.05e-400", "-105e-402")]
    [InlineData("1e+1000000", "1e1000000", "0.01e1000002")]
    [InlineData("1e-1000000", "1e-1000000", "10e-1000001")]
    public void Equal_numbers_have_one_text(string canonical, params string[] numbers)
    {
        foreach (var number in numbers) Assert.Equal(canonical, Canonical(number));
    }

    [Fact]
    public void Integers_of_80_digits_are_plain_and_longer_ones_are_not()
    {
        Assert.Equal("1" + new string('0', 79), Canonical("1e79"));
        Assert.Equal(new string('7', 80), Canonical(new string('7', 80)));
        Assert.Equal("1e+80", Canonical("1" + new string('0', 80)));
        Assert.Equal("7." + new string('7', 80) + "e+80", Canonical(new string('7', 81)));
    }

    [Theory]
    [InlineData("1e1000001", "exponent beyond ±1000000")]
    [InlineData("0.1e-1000000", "exponent beyond ±1000000")]
    [InlineData("1e99999999999999999999999", "exponent beyond ±1000000")]
    [InlineData("-1e-99999999999999999999999", "exponent beyond ±1000000")]
    public void Numbers_beyond_the_bounds_are_refused(string number, string part) => Assert.Contains(part, Refused($"{{\"a\":[0,{number}]}}", Codes.ValidationFailed, "\"/a/1\""));

    [Fact]
    public void A_number_has_at_most_1000_digits_without_the_zeros_around_them()
    {
        var most = new string('9', 1000);
        Assert.Equal($"9.{most[1..]}e+1999", Canonical(most + new string('0', 1000)));
        Assert.Equal($"9.{most[1..]}e-501", Canonical($"0.{new string('0', 500)}{most}"));
        Assert.Contains("1001 digits", Refused(most + "1", Codes.ValidationFailed, "\"\""));
        Assert.Contains("1001 digits", Refused($"1.{most}", Codes.ValidationFailed, "\"\""));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("[1,]")]
    [InlineData("{'a':1}")]
    [InlineData("NaN")]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData("1.")]
    [InlineData("\"\t\"")]
    [InlineData("// no\n1")]
    [InlineData("\"\\u12g4\"")]
    public void What_is_no_JSON_is_malformed(string json) => Assert.Contains("no well-formed JSON", Refused(json, Codes.MalformedRequest));

    [Theory]
    [InlineData("22FF22")]
    [InlineData("22C080 22")]
    [InlineData("22EDA08022")]
    [InlineData("22E28222")]
    public void What_is_no_UTF_8_is_malformed(string hex)
    {
        var refusal = Assert.Throws<MementoException>(() => CanonicalJson.Of(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)))).Refusal;

        Assert.Equal((RefusalKind.Malformed, Codes.MalformedRequest, "value: is not UTF-8"), (refusal.Kind, refusal.Code, refusal.Message));
    }

    [Theory]
    [InlineData("""{"a":1,"a":1}""", "\"a\"", "\"\"")]
    [InlineData("""{"b":0,"a":1,"\u0061":2}""", "\"a\"", "\"\"")]
    [InlineData("""{"b":0,"x":{"y":[1,{"d":1,"c":2,"d":3}]}}""", "\"d\"", "\"/x/y/1\"")]
    [InlineData("""[[],{"a/b":{"\n":1,"c":{"f":1,"e":2},"\u000a":2}}]""", "\"\n\"", "\"/1/a~1b\"")]
    public void A_name_that_is_there_twice_is_refused_with_its_place(string json, string name, string place) => Assert.Contains($"the name {name} twice", Refused(json, Codes.ValidationFailed, place));

    [Theory]
    [InlineData("""{"a":["\ud800"]}""", "\"/a/0\"")]
    [InlineData("""{"a":"x\udc00\ud800"}""", "\"/a\"")]
    [InlineData("""["","\ud800A"]""", "\"/1\"")]
    [InlineData("""["\ud800\u0041"]""", "\"/0\"")]
    [InlineData("""["\ud800\n"]""", "\"/0\"")]
    [InlineData("""{"a":{"\ud800":1}}""", "a name of the object at \"/a\"")]
    public void Half_a_surrogate_pair_is_refused_with_its_place(string json, string place) => Assert.Contains("half a surrogate pair", Refused(json, Codes.ValidationFailed, place));

    [Fact]
    public void Nesting_has_a_bound()
    {
        Assert.Equal(128, Canonical(Nested(64)).Length);
        Assert.Contains("more than 64 levels", Refused(Nested(65), Codes.ValidationFailed));
        Assert.Contains("more than 64 levels", Refused(Nested(10_000), Codes.ValidationFailed));
        Assert.Contains("more than 2 levels deep, at \"/a/b\"", Assert.Throws<MementoException>(() => CanonicalJson.Of("""{"a":{"b":[]}}"""u8, maxDepth: 2)).Message);
        Assert.Equal("[]", Encoding.UTF8.GetString(CanonicalJson.Of("[]"u8, maxDepth: 1)));
        Assert.Equal("1", Encoding.UTF8.GetString(CanonicalJson.Of("1"u8, maxDepth: 0)));
    }

    [Fact]
    public void Errors_name_the_field() => Assert.Equal("document.value", Assert.Single(Assert.Throws<MementoException>(() => CanonicalJson.Of("{"u8, "document.value")).Refusal.Errors).Field);

    [Fact]
    public void Every_way_to_write_a_value_has_one_form() => Gen.Select(JsonGen.Value, Gen.Int, Gen.Int).Sample((value, one, other) =>
        Assert.Equal(Canonical(JsonGen.Write(value, new Random(one))), Canonical(JsonGen.Write(value, new Random(other)))), iter: 2000);

    [Fact]
    public void The_form_of_the_form_is_the_form() => Gen.Select(JsonGen.Object, Gen.Int).Sample((value, seed) =>
    {
        var once = Canonical(JsonGen.Write(value, new Random(seed)));
        Assert.Equal(once, Canonical(once));
    }, iter: 500);

    [Fact]
    public void Forms_are_equal_exactly_if_the_values_are() => Gen.Select(JsonGen.Value, JsonGen.Value, Gen.Int).Sample((one, other, seed) =>
        Assert.Equal(one.Means(other), Canonical(JsonGen.Write(one, new Random(seed))) == Canonical(JsonGen.Write(other, new Random(~seed)))), iter: 5000);

    [Fact]
    public void Names_of_the_form_are_sorted_as_strings_of_NET_are() => Gen.Select(JsonGen.Object, Gen.Int).Sample((value, seed) =>
    {
        using var document = System.Text.Json.JsonDocument.Parse(Canonical(JsonGen.Write(value, new Random(seed))));
        var names = document.RootElement.EnumerateObject().Select(member => member.Name).ToList();
        Assert.Equal(((Meant.Members)value).Values.Keys.Order(StringComparer.Ordinal), names);
    }, iter: 500);

    [Fact]
    public void Long_values_outgrow_the_first_buffer()
    {
        var numbers = string.Join(',', Enumerable.Repeat("1e79", 5_000));

        Assert.Equal(5_000 * 81 + 1, Canonical($"[{numbers}]").Length);
    }

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private static string Canonical(string json) => Encoding.UTF8.GetString(CanonicalJson.Of(Encoding.UTF8.GetBytes(json)));

    private static string Refused(string json, string code, string place = "")
    {
        var refusal = Assert.Throws<MementoException>(() => Canonical(json)).Refusal;
        Assert.Equal((code, "value"), (refusal.Code, Assert.Single(refusal.Errors).Field));
        Assert.Equal(code == Codes.MalformedRequest ? RefusalKind.Malformed : RefusalKind.Invalid, refusal.Kind);
        Assert.EndsWith(place, refusal.Message);
        return refusal.Message;
    }
}
