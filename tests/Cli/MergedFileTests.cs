using System.Text;
using Memento.Cli.Verify.Merges;
using Xunit;

namespace Memento.Tests.Cli;

/// <summary>How a merged file is judged, and where it differs from what was committed.</summary>
public sealed class MergedFileTests
{
    [Fact]
    public void File_without_a_conflict_is_equal_if_its_value_was_committed()
    {
        var file = File(merged: "3", committed: "3", git: GitVerdict.Conflict, gitMerged: null);

        Assert.Equal((MergeVerdict.Equal, true, false), (file.Verdict, file.IsGain, file.IsGitRight));
        Assert.False(FileMerger.IsNotable(file));
    }

    [Fact]
    public void File_with_a_conflict_is_notable_only_if_git_is_right()
    {
        var right = File(merged: "1", committed: "3", conflicts: 1, gitMerged: "3");
        var wrong = File(merged: "1", committed: "1", conflicts: 1, gitMerged: "2");

        Assert.Equal((MergeVerdict.Conflict, MergeVerdict.Conflict), (right.Verdict, wrong.Verdict));
        Assert.Equal((true, false), (FileMerger.IsNotable(right), FileMerger.IsNotable(wrong)));
    }

    [Fact]
    public void Different_file_is_edited_by_hand_if_git_merges_to_the_same()
    {
        var file = File(merged: "3", committed: "4", gitMerged: "3");

        Assert.Equal((MergeVerdict.Different, true, false), (file.Verdict, file.IsHandEdited, file.IsOneSideKept));
    }

    [Fact]
    public void Different_file_tells_whether_one_side_was_kept()
    {
        Assert.True(File(merged: "3", committed: "1", git: GitVerdict.Conflict, gitMerged: null).IsOneSideKept);
        Assert.True(File(merged: "3", committed: "2", git: GitVerdict.Conflict, gitMerged: null).IsOneSideKept);
        Assert.False(File(merged: "2", committed: "2").IsOneSideKept);
    }

    [Fact]
    public void Counts_split_different_files_by_what_git_does()
    {
        var counts = new FileCounts();
        counts.Add(FileFormat.Json, File(merged: "3", committed: "3", git: GitVerdict.Conflict, gitMerged: null));
        counts.Add(FileFormat.Yaml, File(merged: "3", committed: "4", gitMerged: "3"));
        counts.Add(FileFormat.Toml, File(merged: "3", committed: "4", gitMerged: "4"));
        counts.Add(FileFormat.Json, File(merged: "3", committed: "4", git: GitVerdict.Conflict, gitMerged: null));
        counts.Add(FileFormat.Json, File(merged: "3", committed: "4", git: GitVerdict.Broken, gitMerged: null));
        counts.Add(FileFormat.Json, File(merged: "1", committed: "4", conflicts: 2, gitMerged: "4"));

        var sum = FileCounts.Sum([counts, counts]);

        Assert.Equal((6, 4, 1, 1), (counts.Files, counts.Json, counts.Yaml, counts.Toml));
        Assert.Equal((1, 1, 4), (counts.Equal, counts.Conflicts, counts.Different));
        Assert.Equal((1, 2, 1), (counts.HandEdited, counts.DifferentFromGit, counts.DifferentWhereGitConflicts));
        Assert.Equal((2, 1, 1), (counts.GitRight, counts.ConflictsWhereGitIsRight, counts.DifferentWhereGitIsRight));
        Assert.Equal((2, 1, 1), (counts.GitConflicts, counts.GitBroken, counts.Gains));
        Assert.Equal((25.0, 25.0, 12, 8), (counts.Percent, sum.Percent, sum.Files, sum.Different));
        Assert.Null(new FileCounts().Percent);
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""")]
    [InlineData("1", "2", "")]
    [InlineData("""{"a":1,"b":{"c":[1,2]}}""", """{"a":2,"b":{"c":[1,3]}}""", "/a", "/b/c/1")]
    [InlineData("""{"a/b":1,"~":2}""", """{"x":1,"~":3}""", "/a~1b", "/x", "/~0")]
    [InlineData("[1,2,3,4]", "[1,3,4]", "/1")]
    [InlineData("[1,2]", "[1,2,3]", "/2")]
    [InlineData("""{"a":[]}""", """{"a":{}}""", "/a")]
    public void Differences_are_found_in_the_order_of_the_document(string one, string other, params string[] places) =>
        Assert.Equal(places, JsonDifferences.Find(Bytes(one), Bytes(other), 10));

    [Fact]
    public void Differences_stop_at_the_bound() => Assert.Equal(["/0", "/1"], JsonDifferences.Find(Bytes("[1,2,3]"), Bytes("[4,5,6]"), 2));

    [Theory]
    [InlineData("", """{"a":[{"b/c":"é"}]}""")]
    [InlineData("/a/0/b~1c", "\"é\"")]
    [InlineData("/a/1", null)]
    [InlineData("/a/-1", null)]
    [InlineData("/b", null)]
    public void Value_at_a_place_is_raw_json(string place, string? value) =>
        Assert.Equal(value, JsonDifferences.At(Bytes("""{"a":[{"b/c":"é"}]}"""), place));


    private static MergedFile File(
        string merged, string committed, int conflicts = 0, GitVerdict git = GitVerdict.Clean, string? gitMerged = "0")
    {
        var sides = new FileSides<byte[]>(Bytes("0"), Bytes("1"), Bytes("2"), Bytes(committed));
        return new(sides, Bytes(merged), conflicts, git, gitMerged is null ? null : Bytes(gitMerged));
    }

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json);
}
