using System.Text.Json;
using Memento.Cli;
using Xunit;
using static Memento.Tests.Cli.MergeFiles;

namespace Memento.Tests.Cli;

/// <summary><c>memento verify merges</c> where there is nothing to compare: no result is no success.</summary>
public sealed class VerifyNoMergesTests : IDisposable
{
    private readonly TemporaryRepository _git = new();

    public void Dispose() => _git.Dispose();

    [Fact]
    public async Task Repository_without_a_file_to_compare_is_told_so_and_is_no_success()
    {
        _git.Merge("a.txt", Base, Change("a", 2), Change("e", 3), Change("a", 2, "e", 3));

        var (code, text) = await RunAsync();
        var (jsonCode, json) = await RunAsync("--json");

        var report = JsonDocument.Parse(json).RootElement;
        Assert.Equal((ExitCode.NotFound, ExitCode.NotFound), (code, jsonCode));
        Assert.Equal((true, false), (report.GetProperty("nothingCompared").GetBoolean(), report.GetProperty("passed").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, report.GetProperty("total").GetProperty("percent").ValueKind);
        Assert.Contains(
            "nothing to compare: no merge commit has a JSON, YAML or TOML file that both parents changed\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("%", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repository_whose_files_were_all_left_out_says_why()
    {
        _git.Merge("a.json", Base, "{", Change("e", 3), Change("e", 3));

        var (code, text) = await RunAsync();

        Assert.Equal(ExitCode.NotFound, code);
        Assert.Contains("both parents changed and that was not left out", text, StringComparison.Ordinal);
        Assert.Contains("Left out: not well-formed", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Percentage_of_conflicts_alone_is_a_dash()
    {
        _git.Merge("a.json", Base, Change("a", 2), Change("a", 3), Change("a", 2));

        var (code, text) = await RunAsync();

        Assert.Equal(ExitCode.Done, code);
        Assert.DoesNotContain("%", text, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] options)
    {
        var output = new StringWriter();
        var terminal = new Terminal(output, TextWriter.Null, _ => null, TimeProvider.System);
        return (await CommandLine.RunAsync(["verify", "merges", _git.Folder, .. options], terminal, TestContext.Current.CancellationToken), output.ToString());
    }
}
