using System.Text;
using System.Text.RegularExpressions;
using Memento.Tests.Architecture;
using Merging.Json;
using Xunit;

namespace Memento.Tests.Merging;

/// <summary>Runs the examples of <c>docs/merging.md</c>.</summary>
public sealed partial class MergingDocTests
{
    public static TheoryData<string> Examples =>
        [.. Block().Matches(Repository.Read("docs/merging.md")).Select(match => match.Groups[1].Value)];

    [Fact]
    public void Documentation_has_ten_examples() => Assert.Equal(10, Examples.Count);

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_gives_the_documented_result(string example)
    {
        var lines = example.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split("  ", 2)).ToDictionary(parts => parts[0], parts => parts[1].Trim());

        var result = JsonMerge.Merge(Canonical(lines["base"]), Canonical(lines["ours"]), Canonical(lines["theirs"]));

        if (lines.TryGetValue("merged", out var merged))
        {
            Assert.Empty(result.Conflicts);
            Assert.Equal(merged, Encoding.UTF8.GetString(result.Merged));
            return;
        }

        var conflict = Assert.Single(result.Conflicts);
        Assert.Equal(lines["conflict"], $"{conflict.Path}  {conflict.Why}");
    }

    private static byte[] Canonical(string json) => CanonicalJson.Of(Encoding.UTF8.GetBytes(json));

    [GeneratedRegex("```merge\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
