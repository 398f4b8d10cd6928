using System.Text.Json;
using Memento.Cli;
using Memento.Tests.Client;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>The comparison with git, on histories that have what real ones have.</summary>
public sealed class VerifyGitTests(MementoServer server) : IClassFixture<MementoServer>, IDisposable
{
    private readonly TemporaryRepository _git = new();

    public void Dispose() => _git.Dispose();

    [Theory, Trait(Needs.Trait, Needs.Slow)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Everything_agrees_with_git(int seed)
    {
        Grow(new Random(seed), 60);

        var (code, report) = await VerifyAsync("--seed", "7", "--commits", "40");

        Assert.True(code == ExitCode.Done, report.ToString());
        foreach (var check in report.GetProperty("checks").EnumerateArray())
        {
            Assert.True(check.GetProperty("percent").GetDouble() == 100, check.ToString());
            Assert.True(check.GetProperty("compared").GetInt32() > 0, check.ToString());
        }

        Assert.True(report.GetProperty("checks")[2].GetProperty("conflicts").GetInt32() > 0);
        Assert.True(report.GetProperty("checks")[3].GetProperty("conflicts").GetInt32() > 0);
    }

    [Fact]
    public async Task The_same_seed_is_not_used_twice_on_a_server_and_an_empty_repository_is_told()
    {
        Assert.Equal(ExitCode.WrongUsage, (await VerifyAsync("--seed", "1")).Code);
        _git.Commit("a", "1\n");

        Assert.Equal(ExitCode.Done, (await VerifyAsync("--seed", "1")).Code);
        Assert.Equal(ExitCode.Conflict, (await VerifyAsync("--seed", "1")).Code);
        Assert.Equal(ExitCode.Done, (await VerifyAsync("--seed", "2")).Code);
    }

    /// <summary>Makes commits of several authors: edits close together and far apart, moves, deletions, binary files, links, merges with and without conflicts.</summary>
    private void Grow(Random random, int commits)
    {
        string[] authors = ["Ada", "Grace", "Edsger"], paths = ["src/a.c", "src/b.c", "lib/c.txt", "d", "dos.txt", "link", "image"];
        foreach (var path in paths[..4]) _git.Write(path, string.Concat(Enumerable.Range(0, 40).Select(i => $"line {i}\n")));
        _git.Write("dos.txt", string.Concat(Enumerable.Range(0, 20).Select(i => $"line {i}\r\n")));
        File.CreateSymbolicLink(Path.Combine(_git.Folder, "link"), "d");
        _git.Commit("Begin");
        for (var i = 0; i < commits; i++)
        {
            _git.Author = authors[random.Next(authors.Length)];
            if (i % 6 == 5) Merge(random);
            else
            {
                Edit(random, paths[random.Next(paths.Length)]);
                _git.Commit($"Change {i}");
            }
        }
    }

    private void Merge(Random random)
    {
        _git.Git("checkout", "-q", "-B", "side");
        foreach (var path in new[] { "src/a.c", "src/b.c" }) Edit(random, path);
        _git.Commit("Side");
        _git.Git("checkout", "-q", "main");
        foreach (var path in new[] { "src/a.c", "src/b.c" }) Edit(random, path);
        _git.Commit("Main");
        _git.Clock += 60;
        try
        {
            _git.Git("merge", "-q", "--no-ff", "-m", "Merge", "side");
        }
        catch (InvalidOperationException)
        {
            _git.Commit("Merge with a conflict");   // as it is, markers included
        }
    }

    private void Edit(Random random, string path)
    {
        var file = Path.Combine(_git.Folder, path);
        if (path == "link")
        {
            File.Delete(file);
            File.CreateSymbolicLink(file, $"target-{random.Next(3)}");
        }
        else if (path == "image")
        {
            var bytes = new byte[200];
            random.NextBytes(bytes);
            bytes[7] = 0;
            File.WriteAllBytes(file, bytes);
        }
        else if (random.Next(12) == 0 && File.Exists(file)) File.Delete(file);
        else if (random.Next(12) == 0 && File.Exists(file)) File.Move(file, file + "." + random.Next(1_000));
        else
        {
            var end = path == "dos.txt" ? "\r\n" : "\n";
            List<string> lines = File.Exists(file) ? [.. File.ReadAllText(file).Split(end)] : ["new", ""];
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var at = random.Next(lines.Count);
                switch (random.Next(3))
                {
                    case 0: lines.Insert(at, random.Next(4) == 0 ? "}" : $"added {random.Next(50)}"); break;
                    case 1: lines[at] = $"changed {random.Next(50)}"; break;
                    case 2 when lines.Count > 2: lines.RemoveAt(at); break;
                }
            }

            _git.Write(path, string.Join(end, lines));
        }
    }

    private async Task<(int Code, JsonElement Report)> VerifyAsync(params string[] more)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(
            ["--server", server.Url.AbsoluteUri, "verify", "git", _git.Folder, "--json", .. more], new(output, errors, _ => null, TimeProvider.System), TestContext.Current.CancellationToken);
        return (code, output.ToString() is { Length: > 0 } json ? JsonDocument.Parse(json).RootElement : JsonDocument.Parse(JsonSerializer.Serialize(errors.ToString())).RootElement);
    }
}
