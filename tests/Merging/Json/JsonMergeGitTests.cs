using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using Memento.Tests.Cli;
using Merging;
using Merging.Json;
using Xunit;

namespace Memento.Tests.Merging.Json;

/// <summary>A conflict of git is never merged silently: the result names the safe rule that allows the merge.</summary>
public sealed class JsonMergeGitTests
{
    private const string Base = "base", Ours = "ours", Theirs = "theirs";

    private static readonly string MergeAll =
        $"!for b in *.{Base}; do i=${{b%.{Base}}}; git merge-file -p $i.{Ours} $b $i.{Theirs} >$i.merged || :; done";

    [Fact]
    public void Conflict_of_git_merge_file_is_a_conflict_or_a_safe_rule()
    {
        var cases = Some();
        using var repository = new TemporaryRepository();
        foreach (var (i, c) in cases.Index())
            foreach (var (name, json) in new[] { (Base, c.BaseJson), (Ours, c.OurJson), (Theirs, c.TheirJson) })
                File.WriteAllText(Path.Combine(repository.Folder, $"{i}.{name}"), GitLines.Of(json));

        repository.Git("-c", $"alias.merge-all={MergeAll}", "merge-all");

        Check(cases, i => File.ReadAllText(Path.Combine(repository.Folder, $"{i}.merged")));
    }

    [Fact]
    public void Conflict_of_git_revert_is_a_conflict_or_a_safe_rule()
    {
        var cases = Some();
        using var repository = new TemporaryRepository();
        repository.Git("config", "core.autocrlf", "false");
        Write(repository, cases.Select(c => c.TheirJson));
        repository.Commit("Before", 60);
        Write(repository, cases.Select(c => c.BaseJson));
        repository.Commit("Change", 60);
        Write(repository, cases.Select(c => c.OurJson));
        repository.Commit("Work", 60);

        repository.Git("-c", "alias.undo=!git revert --no-commit HEAD~1 || :", "undo");

        Check(cases, i => File.ReadAllText(FileOf(repository, i)));
    }

    private static ListCase[] Some()
    {
        var some = Array.Empty<ListCase>();
        ListCase.Any.Array[MergeRuns.GitCases].Sample(cases => { some = cases; }, iter: 1, threads: 1);
        return some;
    }

    private static void Check(ListCase[] cases, Func<int, string> git)
    {
        var runs = new MergeRuns();
        var (conflicts, both) = (0, 0);
        foreach (var (i, c) in cases.Index())
        {
            var isConflict = GitLines.HasConflict(git(i));
            var result = JsonMerges.Merge(c.BaseJson, c.OurJson, c.TheirJson);
            if (result.Conflicts.IsEmpty) runs.Clean();
            else runs.Conflicted();
            if (!isConflict) continue;
            conflicts++;
            if (!result.Conflicts.IsEmpty) both++;
            else Assert.True(IsSaidToBeSafe(result), $"{c}\nmerged {JsonMerges.Text(result.Merged)}\ngit\n{git(i)}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{conflicts} conflicts of git, {both} of them conflicts of the merge");
        runs.AssertEnough(expectConflicts: true);
        Assert.True(both * 4 >= conflicts, $"Only {both} of {conflicts} conflicts of git are conflicts of the merge.");
    }

    /// <summary>
    /// Whether the result names the safe rules that it used, each with a place that exists and none that nobody asked for.
    /// </summary>
    private static bool IsSaidToBeSafe(JsonMergeResult result)
    {
        var merged = JsonNode.Parse(result.Merged);
        return !result.SafeRules.IsEmpty && result.SafeRules.All(applied =>
            applied.Rule is not (SafeRule.Set or SafeRule.Max or SafeRule.TextLines) && JsonPlaces.HasParent(merged, applied.Path));
    }

    private static void Write(TemporaryRepository repository, IEnumerable<string> documents)
    {
        foreach (var (i, json) in documents.Index()) File.WriteAllText(FileOf(repository, i), GitLines.Of(json));
    }

    private static string FileOf(TemporaryRepository repository, int index) =>
        Path.Combine(repository.Folder, index.ToString(CultureInfo.InvariantCulture));
}
