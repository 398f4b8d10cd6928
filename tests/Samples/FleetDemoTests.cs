using System.Diagnostics;
using Memento.Tests.Grains;
using Xunit;

namespace Memento.Tests.Samples;

/// <summary>The demo as who tries it out runs it: a process of its own that starts others.</summary>
[Trait(Needs.Trait, Needs.Slow)]
public sealed class FleetDemoTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("memento-fleet-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task An_agent_dies_nothing_is_lost_and_what_it_left_is_taken_back()
    {
        for (var i = 1; i <= 7; i++) await WriteAsync($"part {i}/text{i}.md", string.Join('\n', Enumerable.Range(1, 60 * i).Select(n => $"line {n} of the text")));

        var (code, output, errors) = await RunAsync("--agents", "3");

        Assert.True(code == 0, output + errors);
        Assert.Contains("3 agents are there, each a process of its own", output, StringComparison.Ordinal);
        Assert.Matches(@"agent-\d \(process \d+\) was killed while it wrote a draft", output);
        Assert.Contains("✓ 7 of 7 tasks are completed, each exactly once", output, StringComparison.Ordinal);
        Assert.Matches(@"✓ 7 finished documents, one for each file, \d of them by agent-\d\n", output);
        Assert.Matches(@"✓ \d tasks? of agent-\d went to others, those that it had begun with a note", output);
        Assert.Matches(@"✓ \d drafts? (was|were) left half-written by agent-\d: metadata/draft/part \d/text\d\.md/\d+", output);
        Assert.Contains("✓ after it no draft is left, and all 7 finished documents are as they were", output, StringComparison.Ordinal);
        Assert.DoesNotContain("✗", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_file_is_enough()
    {
        await WriteAsync("only.txt", "one line");
        await WriteAsync("empty.txt", "");
        await WriteAsync("no-text.bin", "\0\u0001\u0002");
        await WriteAsync(".hidden/x.txt", "hidden");

        var (code, output, errors) = await RunAsync("--agents", "2");

        Assert.True(code == 0, output + errors);
        Assert.Contains("✓ 1 of 1 tasks are completed, each exactly once", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no file with text in ")]
    [InlineData("--agents is \"1\"; must be a number from 2 to 32. One of them is killed, and another must be there to take over.", "--agents", "1")]
    [InlineData("--files is \"0\"", "--files", "0")]
    [InlineData("There is no folder \"/nowhere/at/all\"", "/nowhere/at/all")]
    public async Task What_cannot_be_is_said_in_one_line(string words, params string[] arguments)
    {
        var (code, _, errors) = await RunAsync(arguments);

        Assert.Equal(2, code);
        Assert.StartsWith($"fleet: {words}", Assert.Single(errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    private async Task WriteAsync(string path, string text)
    {
        var file = Path.Combine(_folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Memento.Samples.Fleet"), arguments)
        {
            WorkingDirectory = _folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(3 * SessionCluster.Patience);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill();   // its agents end with it
        }
    }
}
