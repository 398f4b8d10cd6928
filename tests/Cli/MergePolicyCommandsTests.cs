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
        """[{"match":"entity/src/**","path":"/spec/containers","key":["name","port"],"strategy":"prefer-newer"},{"match":"**"}]""";

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
        await WrongAsync("""[{"match":"**","path":"x"}]""", "[0].path");
        await WrongAsync("""[{"match":"**","as":"bag"}]""", "[0].as: \"bag\" is not one of: list, set, text");
        await WrongAsync("""[{"match":"**","when":1}]""", "[0].when");
        await WrongAsync("{", "not a JSON array of merge policies");
        await WrongAsync("null", "not a JSON array of merge policies");
        Assert.Equal(ExitCode.WrongUsage, (await RunAsync(["set", "--file", "/no/such/file"])).Code);
        Assert.Equal(ExitCode.WrongUsage, (await RunAsync(["show", "--at", "x"])).Code);
    }

    private async Task WrongAsync(string policies, string said)
    {
        var (code, _, errors) = await RunAsync(["set"], policies);
        Assert.Equal(ExitCode.WrongUsage, code);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.Equal(1, errors.Count(c => c == '\n'));
    }

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
