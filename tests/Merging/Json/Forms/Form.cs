using System.Text.Json.Nodes;
using Merging.Json;
using Xunit;

namespace Memento.Tests.Merging.Json.Forms;

/// <summary>Documents of forms that people know. The tables write them with single quotation marks and members in any order.</summary>
internal static class Form
{
    /// <summary>The merge must give this document, whichever side is ours.</summary>
    public static void AssertMerged(string @base, string ours, string theirs, string merged, JsonMergeOptions? options = null)
    {
        foreach (var (one, other) in new[] { (ours, theirs), (theirs, ours) })
        {
            var result = JsonMerges.Merge(Canonical(@base), Canonical(one), Canonical(other), options);
            Assert.True(result.Conflicts.IsEmpty, JsonMerges.Conflicts(result));
            Assert.Equal(Canonical(merged), JsonMerges.Text(result.Merged));
        }
    }

    /// <summary>
    /// The merge must be in conflict at a place or below it, whichever side is ours. The place counts elements as ours has them.
    /// </summary>
    public static void AssertConflict(string @base, string ours, string theirs, string path, JsonMergeOptions? options = null)
    {
        var result = JsonMerges.Merge(Canonical(@base), Canonical(ours), Canonical(theirs), options);
        Assert.True(!result.Conflicts.IsEmpty, $"Merged silently: {JsonMerges.Text(result.Merged)}");
        Assert.True(result.Conflicts.Any(c => IsAt(c.Path, path)), JsonMerges.Conflicts(result));
        Assert.All(result.Conflicts, c => Assert.NotEmpty(c.Why));

        var swapped = JsonMerges.Merge(Canonical(@base), Canonical(theirs), Canonical(ours), options);
        Assert.True(!swapped.Conflicts.IsEmpty, $"Merged silently with the sides swapped: {JsonMerges.Text(swapped.Merged)}");
    }

    private static string Canonical(string json) => json.Length == 0 ? "" : JsonGen.Canonical(JsonNode.Parse(json.Replace('\'', '"')));

    private static bool IsAt(string path, string place) => path == place || path.StartsWith(place + "/", StringComparison.Ordinal);
}
