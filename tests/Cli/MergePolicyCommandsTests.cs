using System.Text;
using System.Text.Json;
using Memento.Cli;
using Memento.Tests.Client;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary><c>memento merge-policies</c> against a real server.</summary>
public sealed class MergePolicyCommandsTests(MementoServer server) : IClassFixture<MementoServer>
{
    private const string List =
        """[{"match":"entity/src/**","path":"/spec/containers","key":["name","port"],"strategy":"prefer-newer"},{"match":"**","as":"set"}]""";

    private readonly string _workspace = "cli policies " + Guid.NewGuid();

    [Fact]
    public async Task Policies_are_set_from_stdin_and_shown()
    {
        var none = await RunAsync(["show"]);
        var set = await RunAsync(["set", "--agent", "ada"], List);
        var shown = await RunAsync(["show"]);

        Assert.Equal(
            (ExitCode.Done, "There are no merge policies: documents are merged by the built-in rules.\n"), (none.Code, none.Output));
        Assert.Equal((ExitCode.Done, shown.Output), (set.Code, set.Output));
        string[] words =
            ["version 1, 2 policies, set ", " by ada", "entity/src/**", "/spec/containers", "by name, port", "prefer-newer", "everywhere"];
        foreach (var word in words)
            Assert.Contains(word, shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_that_is_shown_is_what_a_file_sets()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("memento-policies-").FullName, "policies.json");
        await File.WriteAllTextAsync(file, List, TestContext.Current.CancellationToken);
        try
        {
            var set = Json(await RunAsync(["set", "--file", file, "--json"]));
            await RunAsync(["set", "-f", "-", "--if-match", "1"], "[]");
            var past = Json(await RunAsync(["show", "--at", "1", "--json"]));

            Assert.Equal((1L, List), (set.GetProperty("version").GetInt64(), set.GetProperty("policies").GetRawText()));
            Assert.Equal(List, past.GetProperty("policies").GetRawText());
            Assert.Equal(2, Json(await RunAsync(["show", "--json"])).GetProperty("version").GetInt64());
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    [Fact]
    public async Task What_goes_wrong_has_an_exit_code_and_one_line()
    {
        await RunAsync(["set"], List);

        Assert.Equal(ExitCode.Conflict, (await RunAsync(["set", "--if-match", "7"], "[]")).Code);
        Assert.Equal(ExitCode.NotFound, (await RunAsync(["show", "--at", "9"])).Code);
        Assert.Equal(ExitCode.WrongUsage, (await RunAsync(["set", "--file", "/no/such/file"])).Code);
        Assert.Equal(ExitCode.WrongUsage, (await RunAsync(["show", "--at", "x"])).Code);
    }

    [Theory]
    [InlineData("{", "policies: is not JSON: ", "MALFORMED_REQUEST")]
    [InlineData("", "policies: is empty", "MALFORMED_REQUEST")]
    [InlineData("[{\"match\":\"ÿ", "policies: is not JSON: ", "MALFORMED_REQUEST")]
    [InlineData("null", "policies: is null", "VALIDATION_FAILED")]
    [InlineData("5", "policies: is 5; must be an array", "VALIDATION_FAILED")]
    [InlineData("{}", "policies: is an object; must be an array", "VALIDATION_FAILED")]
    [InlineData("[null]", "[0]: is null; must be an object", "VALIDATION_FAILED")]
    [InlineData("""["a"]""", "[0]: is \"a\"; must be an object", "VALIDATION_FAILED")]
    [InlineData("[{}]", "[0].match: is missing", "VALIDATION_FAILED")]
    [InlineData("""[{"match":null}]""", "[0].match: is null; must have a value", "VALIDATION_FAILED")]
    [InlineData("""[{"match":""}]""", "[0].match: is empty; must be a pattern", "VALIDATION_FAILED")]
    [InlineData("""[{"match":7}]""", "[0].match: is 7; must be text", "VALIDATION_FAILED")]
    [InlineData("""[{"match":"a","match":"b"}]""", "[0].match: is given 2 times", "VALIDATION_FAILED")]
    [InlineData("""[{"match":"**"},{"match":"**","path":"x"}]""", "[1].path: \"x\" is no JSON Pointer", "VALIDATION_FAILED")]
    [InlineData("""[{"match":"**","path":["x"]}]""", "[0].path: is an array; must be text", "VALIDATION_FAILED")]
    [InlineData("""[{"match":"**","as":"bag"}]""", "[0].as: is \"bag\"; must be one of: list, set, text", "VALIDATION_FAILED")]
    [InlineData("""[{"match":"**","strategy":1}]""", "[0].strategy: is a JSON Number; must be one of: prefer-newer,", "VALIDATION_FAILED")]
    [InlineData("""[{"match":"**","key":"id"}]""", "[0].key: is \"id\"; must be an array", "VALIDATION_FAILED")]
    [InlineData("""[{"match":"**","key":["id",3]}]""", "[0].key[1]: is 3; must be text", "VALIDATION_FAILED")]
    [InlineData("""[{"match":"**","when":1}]""", "[0].when: is not known; there are: match, path, key, as, strategy", "VALIDATION_FAILED")]
    [InlineData("""[{"match":"**","as":"text","strategy":"union"}]""", "[0].strategy: is union beside as", "VALIDATION_FAILED")]
    public async Task Refusal_names_field_value_rule_and_code(string policies, string said, string refusalCode)
    {
        var (code, _, errors) = await RunAsync(["set"], policies);

        Assert.Equal(ExitCode.WrongUsage, code);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.Contains(refusalCode, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Memento.", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", errors, StringComparison.Ordinal);
        Assert.Equal(1, errors.Count(c => c == '\n'));
    }

    [Fact]
    public async Task Every_field_at_fault_is_named()
    {
        var (_, _, errors) = await RunAsync(["set"], """[{"match":1,"as":"bag"},{"path":"/a","strategy":"largest"}]""");

        foreach (var field in new[] { "[0].match", "[0].as", "[1].match", "[1].strategy" })
            Assert.Contains(field, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Byte_order_mark_is_skipped() => Assert.Equal(ExitCode.Done, (await RunAsync(["set"], "\uFEFF[]")).Code);

    private static JsonElement Json((int Code, string Output, string Errors) run)
    {
        Assert.True(run.Code == ExitCode.Done, run.Errors);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments, string? input = null)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var stdin = input is null ? null : new MemoryStream(Encoding.UTF8.GetBytes(input));
        var terminal = new Terminal(output, errors, _ => null, TimeProvider.System, input: stdin);
        string[] line = ["--server", server.Url.AbsoluteUri, "--workspace", _workspace, "merge-policies", .. arguments];
        var code = await CommandLine.RunAsync(line, terminal, TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString());
    }
}
