using System.Text;
using System.Text.Json;
using Memento.Cli;
using Xunit;
using static Memento.Tests.Cli.MergeFiles;

namespace Memento.Tests.Cli;

/// <summary>Merges of small repositories, merged again as JSON.</summary>
public sealed class VerifyMergesTests : IDisposable
{
    private readonly TemporaryRepository _git = new();

    public void Dispose() => _git.Dispose();

    [Fact]
    public async Task Merge_that_was_committed_is_equal_whether_git_has_conflicts_or_not()
    {
        _git.Merge("far.json", Base, Change("a", 2), Change("e", 3), Change("a", 2, "e", 3));
        _git.Merge("near.json", Base, Change("a", 2), Change("b", 3), Change("a", 2, "b", 3));

        var (code, report) = await JsonAsync();

        var repository = Assert.Single(report.GetProperty("repositories").EnumerateArray());
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal((true, false), (report.GetProperty("passed").GetBoolean(), report.GetProperty("interrupted").GetBoolean()));
        Assert.Equal(("project", _git.Head(), 2), (Text(repository, "repository"), Text(repository, "head"), Number(repository, "merges")));
        AssertCounts(report, ("files", 2), ("json", 2), ("equal", 2), ("conflicts", 0), ("different", 0));
        AssertCounts(report, ("gitRight", 1), ("gitConflicts", 1), ("gains", 1));
        Assert.Equal(100, report.GetProperty("total").GetProperty("percent").GetDouble());
        Assert.Empty(repository.GetProperty("files").EnumerateArray());
    }

    [Fact]
    public async Task Conflict_is_counted_and_does_not_fail()
    {
        _git.Merge("a.json", Base, Change("a", 2), Change("a", 3), Change("a", 2));

        var (code, report) = await JsonAsync();

        Assert.Equal(ExitCode.Done, code);
        AssertCounts(report, ("files", 1), ("equal", 0), ("conflicts", 1), ("gitConflicts", 1), ("conflictsWhereGitIsRight", 0));
    }

    [Fact]
    public async Task Merge_that_people_edited_by_hand_does_not_fail()
    {
        _git.Merge("a.json", Base, Change("a", 2), Change("e", 3), Change("a", 2, "c", 9, "e", 3));

        var (code, report) = await JsonAsync();

        Assert.Equal(ExitCode.Done, code);
        AssertCounts(report, ("different", 1), ("handEdited", 1), ("differentFromGit", 0), ("gitRight", 0), ("oneSideKept", 0));
    }

    [Fact]
    public async Task Different_file_is_told_with_the_values_at_each_place()
    {
        _git.Merge("x/a.json", Base, Change("a", 2), Change("b", 3), Change("a", 2));

        var (code, report) = await JsonAsync();

        Assert.Equal(ExitCode.Failed, code);
        AssertCounts(report, ("different", 1), ("handEdited", 0), ("differentWhereGitConflicts", 1), ("oneSideKept", 1));
        var file = report.GetProperty("repositories")[0].GetProperty("files")[0];
        Assert.Equal((_git.Head(), "x/a.json"), (Text(file, "commit"), Text(file, "file")));
        Assert.Equal(("different", "conflict"), (Text(file, "verdict"), Text(file, "git")));
        var place = Assert.Single(file.GetProperty("places").EnumerateArray());
        Assert.Equal(("/b", "1", "1", "3"), (Text(place, "pointer"), Text(place, "base"), Text(place, "ours"), Text(place, "theirs")));
        Assert.Equal(("1", "3"), (Text(place, "committed"), Text(place, "merged")));
    }

    [Fact]
    public async Task Long_values_are_cut_to_the_part_where_they_differ()
    {
        var text = new string('x', 1_000);
        _git.Merge("a.json", Long("base", 1), Long("base", 2), Long("theirs", 1), Long("by hand", 2));

        var (_, report) = await JsonAsync();

        var place = report.GetProperty("repositories")[0].GetProperty("files")[0].GetProperty("places")[0];
        Assert.Equal(("…" + new string('x', 40) + "theirs\"", "…" + new string('x', 40) + "by hand\""), (Text(place, "merged"), Text(place, "committed")));

        string Long(string end, int b) => $$"""{"a":"{{text}}{{end}}","b":{{b}} }""";
    }

    [Fact]
    public async Task Yaml_toml_comments_and_added_files_are_merged()
    {
        _git.Merge("a.yml", "a: 1 # one\nb: 1\n", "a: 2\nb: 1\n", "a: 1\nb: 3\n", "a: 2\nb: 3\n");
        _git.Merge("b.yaml", "id: a\nv: 1\n---\nid: b\nv: 1\n", "id: a\nv: 2\n---\nid: b\nv: 1\n", "id: a\nv: 1\n---\nid: b\nv: 3\n", "id: a\nv: 2\n---\nid: b\nv: 3\n");
        _git.Merge("Cargo.toml", "[a]\nx = 1\ny = 1\n", "[a]\nx = 2\ny = 1\n", "[a]\nx = 1\ny = 3\n", "[a]\nx = 2\ny = 3\n");
        _git.Merge("c.jsonc", "{ // c\n\"a\": 1, \"b\": 1, }", "{\"a\": 2, \"b\": 1}", "{\"a\": 1, \"b\": 3,}", "{\"b\":3 /*c*/, \"a\":2}");
        _git.Merge("new.json", null, "{\"a\":1}", "{\"b\":1}", "{\"a\":1,\"b\":1}");

        var (_, report) = await JsonAsync();

        AssertCounts(report, ("files", 5), ("json", 2), ("yaml", 2), ("toml", 1), ("equal", 4), ("conflicts", 1), ("gains", 3), ("gitRight", 1));
    }

    [Fact]
    public async Task Files_that_cannot_be_compared_are_counted_with_a_reason()
    {
        _git.Merge("a.txt", "a\n", "b\n", "c\n", "d\n");
        _git.Merge("gone.json", Base, Change("a", 2), null, Change("a", 2));
        _git.Merge("lost.json", Base, Change("a", 2), Change("e", 3), null);
        _git.Merge("same.json", Base, Change("a", 2), Change("a", 2), Change("a", 2));
        _git.Merge("bad.json", Base, Change("a", 2), Change("a", 3), "<<<<<<< ours\n");
        _git.Merge("no.json", Base, "{", Change("a", 3), Base);
        _git.Merge("twice.json", Base, "{\"a\":1,\"a\":2}", Change("a", 3), Base);
        _git.Merge("deep.json", Base, new string('[', 65) + new string(']', 65), Change("a", 3), Base);

        var (code, report) = await JsonAsync();

        Assert.Equal(ExitCode.NotFound, code);
        AssertCounts(report, ("files", 0));
        string[] reasons =
            ["deletedByASide", "malformed", "notInTheMerge", "refused", "sameOnBothSides", "tooDeep", "unreadableInTheMerge"];
        var list = report.GetProperty("repositories")[0].GetProperty("skipped");
        var skipped = list.EnumerateArray().ToDictionary(some => Text(some, "reason")!);
        Assert.Equal(reasons, skipped.Keys.Order(StringComparer.Ordinal));
        Assert.All(skipped.Values, some => Assert.Equal(1, Number(some, "count")));
        Assert.StartsWith("no.json: ours of ", skipped["malformed"].GetProperty("examples")[0].GetString());
        Assert.StartsWith("bad.json: committed of ", skipped["unreadableInTheMerge"].GetProperty("examples")[0].GetString());
        Assert.Equal("lost.json", skipped["notInTheMerge"].GetProperty("examples")[0].GetString());
    }

    [Fact]
    public async Task Content_that_a_partial_clone_lacks_is_counted()
    {
        _git.Merge("a.json", Base, Change("a", 2), Change("b", 3), Change("a", 4));
        var blob = _git.Git("rev-parse", "HEAD:a.json");
        File.Delete(Path.Combine(_git.Folder, ".git", "objects", blob[..2], blob[2..]));

        var (code, report) = await JsonAsync();

        Assert.Equal(ExitCode.NotFound, code);
        var skipped = Assert.Single(report.GetProperty("repositories")[0].GetProperty("skipped").EnumerateArray());
        Assert.Equal(("missing", 1), (Text(skipped, "reason"), Number(skipped, "count")));
    }

    [Fact]
    public async Task Merges_of_other_kinds_are_counted_and_left_out()
    {
        _git.Commit("a.json", Base);
        foreach (var branch in (string[])["one", "two", "three"]) Branch(branch, branch + ".json", Base);
        _git.Git("merge", "-q", "--no-ff", "-m", "One side", "one");
        _git.Git("merge", "-q", "--no-ff", "-m", "Octopus", "two", "three");
        _git.Git("checkout", "-q", "-b", "left", "one");
        _git.Git("merge", "-q", "--no-ff", "-m", "Cross", "two");
        _git.Git("checkout", "-q", "-b", "right", "two");
        _git.Git("merge", "-q", "--no-ff", "-m", "Cross again", "one");
        _git.Git("merge", "-q", "--no-ff", "-m", "Two bases", "left");

        var (code, report) = await JsonAsync();

        var repository = report.GetProperty("repositories")[0];
        Assert.Equal(ExitCode.NotFound, code);
        Assert.Equal((3, 0, 1), (Number(repository, "merges"), Number(repository, "octopus"), Number(repository, "severalBases")));
        _git.Git("checkout", "-q", "main");
        repository = (await JsonAsync()).Report.GetProperty("repositories")[0];
        Assert.Equal((2, 1, 1), (Number(repository, "merges"), Number(repository, "octopus"), Number(repository, "oneSided")));
    }

    [Fact]
    public async Task Name_that_is_not_UTF_8_does_not_matter()
    {
        using var script = new MemoryStream();
        Commit("main", 1, null, null, Base);
        Commit("side", 2, 1, null, Change("e", 3));
        Commit("main", 3, 1, null, Change("a", 2));
        Commit("main", 4, 3, 2, Change("a", 2, "e", 3));
        _git.FastImport(script.ToArray());

        var (code, report) = await JsonAsync();

        Assert.Equal(ExitCode.Done, code);
        AssertCounts(report, ("files", 1), ("equal", 1));

        void Commit(string branch, int mark, int? from, int? merge, string content)
        {
            Write($"commit refs/heads/{branch}\nmark :{mark}\ncommitter A <a@example.org> {1_700_000_000 + mark} +0000\ndata 1\nx\n");
            if (from is not null) Write($"from :{from}\n");
            if (merge is not null) Write($"merge :{merge}\n");
            Write("M 100644 inline ");
            script.Write([(byte)'c', 0xE9, .. ".json\n"u8]);
            Write($"data {content.Length}\n{content}\n");
        }

        void Write(string text) => script.Write(Encoding.ASCII.GetBytes(text));
    }

    [Fact]
    public async Task Limit_takes_the_newest_merges_of_a_bare_repository()
    {
        _git.Merge("a.json", Base, Change("a", 2), Change("b", 3), Base);
        _git.Merge("b.json", Base, Change("a", 2), Change("b", 3), Change("a", 2, "b", 3));

        var (code, output, _) = await RunAsync(["verify", "merges", Path.Combine(_git.Folder, ".git"), "--limit", "1", "--json"]);

        Assert.Equal(ExitCode.Done, code);
        AssertCounts(JsonDocument.Parse(output).RootElement, ("files", 1), ("equal", 1));
    }

    [Fact]
    public async Task Text_has_a_table_and_as_many_files_as_asked_for()
    {
        _git.Merge("a.json", Base, Change("a", 2), Change("b", 3), Base);
        _git.Merge("b.json", Base, Change("a", 2), Change("b", 3), Base);

        var (code, output, errors) = await RunAsync(["verify", "merges", _git.Folder, "--show", "1"]);

        Assert.Equal(ExitCode.Failed, code);
        Assert.StartsWith("Repository ", output);
        Assert.Contains($"different: b.json in {_git.Head()} (git has conflicts)\n  at \"/a\"\n    base       1\n", output);
        Assert.DoesNotContain("different: a.json", output);
        Assert.EndsWith("1 more file to look at: raise --show.\n", output);
        Assert.Contains("Merging files of project", errors);
    }

    [Fact]
    public async Task Cases_are_written_once_into_a_folder()
    {
        _git.Merge("a.json", Base, Change("a", 2), Change("b", 3), Base);
        var folder = Path.Combine(_git.Folder, "..", "cases");

        Assert.Equal(ExitCode.Failed, (await RunAsync(["verify", "merges", _git.Folder, "--cases", folder])).Code);

        Assert.Equal(
            ["base.json", "committed.json", "detail.json", "merged.json", "ours.json", "theirs.json"],
            Directory.GetFiles(Path.Combine(folder, "project", "1")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        var ours = await File.ReadAllTextAsync(Path.Combine(folder, "project", "1", "ours.json"), TestContext.Current.CancellationToken);
        Assert.Equal(Change("a", 2).Trim(), ours);
        Assert.Equal(ExitCode.WrongUsage, (await RunAsync(["verify", "merges", _git.Folder, "--cases", folder])).Code);
    }

    [Fact]
    public async Task Interrupt_prints_the_results_so_far()
    {
        _git.Merge("a.json", Base, Change("a", 2), Change("b", 3), Change("a", 2, "b", 3));
        using var stop = new CancellationTokenSource();
        using var errors = new StoppingWriter("Merging files", stop);

        var output = new StringWriter();
        var terminal = new Terminal(output, errors, _ => null, TimeProvider.System);
        var code = await CommandLine.RunAsync(["verify", "merges", _git.Folder, "--json"], terminal, stop.Token);

        var report = JsonDocument.Parse(output.ToString()).RootElement;
        Assert.Equal((ExitCode.Failed, true), (code, report.GetProperty("interrupted").GetBoolean()));
        Assert.Equal(1, Number(report.GetProperty("repositories")[0], "merges"));
        Assert.Contains("Stopped", errors.ToString());
    }

    [Fact]
    public async Task Wrong_usage_is_told_without_a_report()
    {
        Assert.Equal(ExitCode.WrongUsage, (await RunAsync(["verify", "merges"])).Code);
        Assert.Equal((ExitCode.WrongUsage, ""), Short(await RunAsync(["verify", "merges", Path.Combine(_git.Folder, "nowhere")])));
        Assert.Equal((ExitCode.WrongUsage, ""), Short(await RunAsync(["verify", "merges", Path.GetTempPath()])));
        Assert.Equal((ExitCode.WrongUsage, ""), Short(await RunAsync(["verify", "merges", _git.Folder, "--json"])));

        static (int, string) Short((int Code, string Output, string Errors) run) => (run.Code, run.Output);
    }

    private void Branch(string name, string path, string content)
    {
        _git.Git("checkout", "-q", "-b", name, "main");
        _git.Commit(path, content);
        _git.Git("checkout", "-q", "main");
    }

    private static void AssertCounts(JsonElement report, params (string Name, long Value)[] expected) =>
        Assert.Equal(expected, expected.Select(pair => (pair.Name, report.GetProperty("total").GetProperty(pair.Name).GetInt64())));

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    private async Task<(int Code, JsonElement Report)> JsonAsync()
    {
        var (code, output, errors) = await RunAsync(["verify", "merges", _git.Folder, "--json"]);
        Assert.True(output.Length > 0, errors);
        return (code, JsonDocument.Parse(output).RootElement);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(output, errors, _ => null, TimeProvider.System);
        var code = await CommandLine.RunAsync(arguments, terminal, TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString());
    }
}
