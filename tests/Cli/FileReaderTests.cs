using System.Text;
using Memento.Cli.Verify.Merges;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>Files of all formats, read as JSON.</summary>
public sealed class FileReaderTests
{
    [Theory]
    [InlineData("a.json", FileFormat.Json)]
    [InlineData("src/A.GeoJSON", FileFormat.Json)]
    [InlineData("x/.babelrc", FileFormat.Json)]
    [InlineData("notes.ipynb", FileFormat.Json)]
    [InlineData(".github/ci.yml", FileFormat.Yaml)]
    [InlineData("pnpm-lock.yaml", FileFormat.Yaml)]
    [InlineData("x/Cargo.lock", FileFormat.Toml)]
    [InlineData("pyproject.toml", FileFormat.Toml)]
    [InlineData("caf\uFFFD.json~0123456789abcdef", FileFormat.Json)]
    public void Name_tells_the_format(string path, object format) => Assert.Equal((FileFormat)format, FileFormats.Of(path));

    [Theory]
    [InlineData("yarn.lock")]
    [InlineData("json")]
    [InlineData("a.json.txt")]
    [InlineData("toml/a")]
    public void Name_without_a_known_ending_has_no_format(string path) => Assert.Null(FileFormats.Of(path));

    [Theory]
    [InlineData("{ \"b\": 1, \"a\": [1, 2,], }", """{"a":[1,2],"b":1}""")]
    [InlineData("// first\n{/* x */\"a\"://y\n\"b\"}\n// last", """{"a":"b"}""")]
    [InlineData("\uFEFF[true, null, \"\\u00e9\\\"\", {}, [], -1.50]", """[true,null,"é\"",{},[],-1.5]""")]
    public void Json_is_read_with_comments_commas_and_a_mark(string text, string json) => Assert.Equal(json, Read(FileFormat.Json, text));

    [Theory]
    [InlineData("a: 1\nb: [x, 'y', \"z\"]\n", """{"a":1,"b":["x","y","z"]}""")]
    [InlineData("a: ~\nb:\nc: null\nd: 'null'\n", """{"a":null,"b":null,"c":null,"d":"null"}""")]
    [InlineData("[true, False, yes, 'true', on]", """[true,false,"yes","true","on"]""")]
    [InlineData("[1.50, +2, -.5, 3., 007, 0x1F, 0o17, 1e3]", "[1.5,2,-0.5,3,7,31,15,1000]")]
    [InlineData("[1_000, .inf, 1e999999]", """["1_000",".inf","1e999999"]""")]
    [InlineData("1: a\n? b\n: c\n", """{"1":"a","b":"c"}""")]
    [InlineData("a: &x {k: 1}\nb: *x\nc: {<<: *x}\n", """{"a":{"k":1},"b":{"k":1},"c":{"<<":{"k":1}}}""")]
    [InlineData("a: !Ref b\nc: !!str 1\nd: !Sub [x]\ne: !!int \"2\"\n", """{"a":{"!Ref":"b"},"c":"1","d":{"!Sub":["x"]},"e":2}""")]
    [InlineData("a: |\n  one\n  two\nb: >-\n  three\n  four\n", """{"a":"one\ntwo\n","b":"three four"}""")]
    public void Yaml_is_read_by_the_core_schema(string text, string json) => Assert.Equal(json, Read(FileFormat.Yaml, text));

    [Fact]
    public void Yaml_documents_become_arrays_if_a_version_has_more_than_one()
    {
        var (one, two) = (Reading(FileFormat.Yaml, "a: 1"), Reading(FileFormat.Yaml, "a: 1\n---\nb: 2\n"));
        var none = Reading(FileFormat.Yaml, "# nothing\n");

        Assert.Equal(["""{"a":1}""", null], Texts(one, null));
        Assert.Equal(["""[{"a":1}]""", """[{"a":1},{"b":2}]"""], Texts(one, two));
        Assert.Equal(["""[{"a":1}]""", "[]"], Texts(one, none));
    }

    [Fact]
    public void Toml_is_read_with_tables_dates_and_numbers() => Assert.Equal(
        """{"a":"x","b":{"c":[1,2.5,true],"d":{"e":"1979-05-27"}},"f":"inf","p":[{"n":"1"},{"n":"2"}]}""",
        Read(FileFormat.Toml, "a = \"x\"\nf = inf\n[b]\nc = [1, 2.5, true]\nd.e = 1979-05-27\n[[p]]\nn = \"1\"\n[[p]]\nn = \"2\"\n"));

    [Theory]
    [InlineData(FileFormat.Json, "", FileProblem.Malformed)]
    [InlineData(FileFormat.Json, "{} {}", FileProblem.Malformed)]
    [InlineData(FileFormat.Json, "<<<<<<< ours\n{}", FileProblem.Malformed)]
    [InlineData(FileFormat.Json, "{\"a\":1,\"a\":2}", FileProblem.Refused)]
    [InlineData(FileFormat.Json, "\"\\ud800\"", FileProblem.Refused)]
    [InlineData(FileFormat.Yaml, "a: [", FileProblem.Malformed)]
    [InlineData(FileFormat.Yaml, "a: {{ x }}", FileProblem.Refused)]
    [InlineData(FileFormat.Yaml, "a: 1\na: 2\n", FileProblem.Refused)]
    [InlineData(FileFormat.Yaml, "a: *x\n", FileProblem.Refused)]
    [InlineData(FileFormat.Yaml, "a: &x [*x]\n", FileProblem.Refused)]
    [InlineData(FileFormat.Toml, "a = \n", FileProblem.Malformed)]
    [InlineData(FileFormat.Toml, "a = 1\na = 2\n", FileProblem.Malformed)]
    public void Unreadable_file_has_a_reason(object format, string text, object problem)
    {
        var reading = Reading((FileFormat)format, text);

        Assert.Equal((FileProblem)problem, reading.Problem);
        Assert.NotEmpty(reading.Detail!);
        Assert.Empty(reading.Documents);
    }

    [Theory]
    [InlineData(FileFormat.Json)]
    [InlineData(FileFormat.Yaml)]
    [InlineData(FileFormat.Toml)]
    public void Nesting_beyond_64_levels_is_too_deep(object format)
    {
        Assert.Null(Reading((FileFormat)format, Nested(64)).Problem);
        Assert.Equal(FileProblem.TooDeep, Reading((FileFormat)format, Nested(65)).Problem);
        Assert.Equal(FileProblem.TooDeep, Reading((FileFormat)format, Nested(900)).Problem);

        string Nested(int depth) => (FileFormat)format is FileFormat.Toml ? "a = " + Arrays(depth - 1) : Arrays(depth);

        static string Arrays(int depth) => new string('[', depth) + "1" + new string(']', depth);
    }

    [Theory]
    [InlineData(FileFormat.Json)]
    [InlineData(FileFormat.Yaml)]
    [InlineData(FileFormat.Toml)]
    public void Bytes_that_are_not_UTF_8_are_malformed(object format)
    {
        byte[] content = [.. "a = \""u8, 0xE9, .. "\""u8];

        Assert.Equal(FileProblem.Malformed, FileReader.Read((FileFormat)format, content).Problem);
    }

    private static FileReading Reading(FileFormat format, string text) => FileReader.Read(format, Encoding.UTF8.GetBytes(text));

    private static string?[] Texts(params FileReading?[] files) =>
        [.. FileReading.Values(files).Select(value => value is null ? null : Encoding.UTF8.GetString(value))];

    private static string Read(FileFormat format, string text)
    {
        var reading = Reading(format, text);
        Assert.True(reading.Problem is null, reading.Detail);
        return Encoding.UTF8.GetString(Assert.Single(reading.Documents));
    }
}
